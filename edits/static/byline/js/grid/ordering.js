// Puts elements into reading order, after scrolling has reused them in another order.

// Sort the children `wanted` of an element, with as few moves as possible, because the browser lays out moved elements again.
// The focused element isn't moved, because it would lose the focus. Other children are hidden, so their places don't matter.
export function sortChildren(parent, wanted) {
  const ranks = new Map(wanted.map((child, rank) => [child, rank]));
  const found = [...parent.children].filter((child) => ranks.has(child)).map((child) => ranks.get(child));
  if (found.every((rank, place) => rank === place)) return;
  const fixed = wanted.findIndex((child) => child.contains(document.activeElement));
  const staying = new Set(longestRise(fixed < 0 ? found : around(found, fixed)));
  let next = null;
  for (let rank = wanted.length - 1; rank >= 0; rank--) {
    if (!staying.has(rank)) parent.insertBefore(wanted[rank], next);
    next = wanted[rank];
  }
}

// Returns the numbers that are already in order relative to `fixed`: smaller numbers before it, and larger numbers
// after it. All other numbers have to move, because `fixed` stays where it is.
function around(numbers, fixed) {
  const place = numbers.indexOf(fixed);
  return numbers.filter((number, at) => Math.sign(at - place) === Math.sign(number - fixed));
}

// Returns the longest rising subsequence of a list of numbers.
function longestRise(numbers) {
  const rises = []; // for each number, the longest rising subsequence that ends with it
  numbers.forEach((number, place) => {
    let longest = [];
    for (let before = 0; before < place; before++) {
      if (numbers[before] < number && rises[before].length > longest.length) longest = rises[before];
    }
    rises.push([...longest, number]);
  });
  return rises.reduce((longest, rise) => (rise.length > longest.length ? rise : longest), []);
}
