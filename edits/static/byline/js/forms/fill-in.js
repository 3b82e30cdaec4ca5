// Changes a form while a person fills it in: fields appear and disappear, options change, and what the person types is
// kept as a draft. row-form.js does the rest. The server checks everything again when the form is sent.

import { exact, read, shifted } from "../grid/numbers.js";
import { holds } from "./conditions.js";

const form = document.getElementById("row-form");
const rules = JSON.parse(document.getElementById("form-rules")?.textContent ?? "null");
const status = form.querySelector("[data-form-status]");
const WRITTEN = new Set(["editable", "required"]);
const LISTS = new Set(["MULTI_PICKLIST", "MULTI_CONTACT_LIST"]);

// Values

const controlsOf = (name) => [...form.querySelectorAll(`[name="${name}"], [name="other-${name}"], [name="link-${name}"]`)];
const clean = (text) => text.replace(/\r\n?/g, "\n");
const same = (texts) => JSON.stringify(texts.map(clean).filter(Boolean).sort());

function posted(name) {
  const chosen = controlsOf(name).filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked);
  return chosen.map((one) => clean(one.value)).filter(Boolean);
}

// Returns what was typed into a field, as the cell's value; undefined if the field is unchanged. Numbers are read as
// the server reads them, except for doubtful texts, which the server asks about.
function typed({ column, type, is_percent: isPercent }) {
  const name = `col-${column}`;
  const initial = form.elements[`initial-${name}`];
  if (!initial) return undefined;
  const texts = posted(name);
  if (same(texts) === same(JSON.parse(initial.value))) return undefined;
  if (LISTS.has(type)) return texts.flatMap((text) => text.split("\n")).filter(Boolean);
  const text = texts[0] ?? "";
  if (type === "CHECKBOX") return text === "true";
  if (type === "CONTACT_LIST") return addressOf(name, text);
  return type === "TEXT_NUMBER" ? numberOrText(text, isPercent) : text || null;
}

function addressOf(name, text) {
  const options = [...(controlsOf(name)[0].list?.options ?? [])];
  const known = options.find((option) => option.value.toLowerCase() === text.trim().toLowerCase());
  return (known?.label.includes("@") ? known.label : text.trim()) || null;
}

function numberOrText(text, isPercent) {
  if (text.startsWith("'")) return text.slice(1);
  const found = read(text, rules.locale);
  if (!found || found.isCurrency || (found.isPercent && !isPercent)) return text || null;
  return exact(isPercent ? shifted(found.number, -2) : found.number) ?? text;
}

// States. edits/forms/designed_form.py describes the steps.

const about = () => ({ me: rules.me, today: rules.today });
const isTrue = (condition, values) => holds(condition, values, about());
const stateOf = (field, values) => field.states.find((one) => isTrue(one.when, values))?.state ?? field.state;
const optionsOf = (field, values) => field.options.find((one) => isTrue(one.when, values))?.options ?? null;
const statesOf = (values) => new Map(rules.fields.map((field) => [field.column, stateOf(field, values)]));

function settled() {
  const known = rules.fields.filter((field) => !field.is_given).map((field) => [field.column, typed(field)]);
  const after = (states) => {
    const written = known.filter(([column, value]) => value !== undefined && WRITTEN.has(states.get(column)));
    return { ...rules.values, ...Object.fromEntries(written) };
  };
  let states = statesOf(rules.values);
  let before = states;
  for (let step = 0; step <= rules.fields.length; step += 1) {
    const found = statesOf(after(states));
    if ([...found].every(([column, state]) => states.get(column) === state)) return { states, values: after(states) };
    [states, before] = [found, states];
  }
  states = new Map([...states].map(([column, state]) => [column, before.get(column) === state ? state : "hidden"]));
  return { states, values: after(states) };
}

// Showing

function show(part, isShown) {
  if (!part) return;
  part.hidden = !isShown;
  if (part.tagName === "FIELDSET") part.disabled = !isShown; // disabled controls aren't sent, and can't get the focus
}

function apply(field, state, values) {
  const box = form.querySelector(`[data-field="${field.column}"]`);
  if (!box || field.is_given) return null;
  const wasHidden = box.hidden;
  const control = box.querySelector('[data-part="control"]');
  const isWritten = control !== null && WRITTEN.has(state);
  box.hidden = state === "hidden";
  show(control, isWritten);
  show(box.querySelector('[data-part="text"]'), !isWritten);
  if (isWritten) {
    require(box, field, state === "required");
    offer(box, field, optionsOf(field, values));
  }
  return wasHidden && !box.hidden ? field.name : null;
}

function require(box, field, isRequired) {
  const mark = box.querySelector("[data-required]");
  if (isRequired && !mark) {
    const label = box.querySelector('[data-part="control"] legend, [data-part="control"] label');
    const said = Object.assign(document.createElement("span"), { className: "text-secondary fw-normal", textContent: "(required)" });
    said.dataset.required = "";
    label.append(" ", said);
  } else if (!isRequired) {
    mark?.remove();
  }
  for (const one of controlsOf(`col-${field.column}`)) {
    if (one.type === "radio" || one.closest(".pills")) continue;
    if (isRequired) one.setAttribute("aria-required", "true");
    else one.removeAttribute("aria-required");
  }
}

// Offers only these options, or all options if `options` is null. The chosen option stays visible in any case.
function offer(box, field, options) {
  if (!field.options.length) return;
  const isOffered = (value) => options === null || value === "" || options.includes(value);
  for (const option of box.querySelectorAll("select option")) {
    option.hidden = !isOffered(option.value) && !option.selected;
    option.disabled = option.hidden;
  }
  for (const pill of box.querySelectorAll(".pill")) {
    const input = pill.querySelector("input");
    pill.hidden = !isOffered(input.value) && !input.checked;
  }
  const other = box.querySelector(`[name="other-col-${field.column}"]`)?.closest("details");
  if (other) other.hidden = options !== null;
}

// Shows at the fields which values aren't allowed. Returns the sentences that weren't shown before.
function refuse(states, values) {
  return rules.fields.flatMap((field) => {
    const note = form.querySelector(`[data-field="${field.column}"] [data-live]`);
    if (!note) return [];
    const found = field.not_allowed.find((one) => isTrue(one.when, values));
    const text = (states.get(field.column) !== "hidden" && found?.message) || "";
    const isNew = text !== "" && text !== note.textContent;
    note.textContent = text;
    note.hidden = !text;
    return isNew ? [text] : [];
  });
}

function update({ isTold }) {
  const { states, values } = settled();
  const appeared = rules.fields.map((field) => apply(field, states.get(field.column), values)).filter(Boolean);
  const refused = refuse(states, values);
  const told = [appeared.length ? `New fields: ${appeared.join(", ")}.` : "", ...refused].filter(Boolean);
  if (isTold && told.length) status.textContent = told.join(" ");
}

if (rules) {
  update({ isTold: false });
  // In the capture phase, so that row-form.js counts changed cells after fields have appeared or disappeared.
  form.addEventListener("input", () => update({ isTold: true }), true);
}

// Drafts

const QUIET = 3_000; // milliseconds without typing, until a draft is saved
const LATEST = 15_000; // milliseconds of typing, until a draft is saved anyway
const keep = form.querySelector("[data-keep]");
const draftState = form.querySelector("[data-draft-state]");
let timer = 0;
let typingSince = 0;
let version = 0; // counts inputs, so that what is typed while a draft is being sent doesn't count as saved
let isSending = false;

async function saveDraft() {
  clearTimeout(timer);
  typingSince = 0;
  if (isSending) {
    plan();
    return;
  }
  isSending = true;
  const saved = version;
  const body = new FormData(form);
  body.set(keep.name, keep.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    const { text, is_kept: isKept } = await answer.json();
    draftState.textContent = text;
    if (isKept && saved === version) form.dispatchEvent(new CustomEvent("draftsaved"));
  } catch {
    draftState.textContent = "The draft wasn't saved. What you typed is only on this page.";
  } finally {
    isSending = false;
  }
}

function plan() {
  clearTimeout(timer);
  typingSince ||= Date.now();
  timer = setTimeout(saveDraft, Math.max(0, Math.min(QUIET, typingSince + LATEST - Date.now())));
}

if (keep) {
  form.addEventListener("input", () => {
    version += 1;
    plan();
  });
  keep.addEventListener("click", (event) => {
    event.preventDefault();
    saveDraft();
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
