// Creates elements from names, attributes and texts, never from HTML.

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith("on")) element.addEventListener(attribute.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(attribute, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

let count = 0;

// A unique id for an element.
export const newId = (name) => `grid-${name}-${++count}`;

// A count and its noun, such as 1 cell or 5,000 cells. The first toLocaleString() of a page would take milliseconds.
export const plural = (count, one, many = `${one}s`) => `${String(count).replace(/\B(?=(\d{3})+$)/g, ",")} ${count === 1 ? one : many}`;
