/* A button that ticks or unticks all rows of the list. Also shows the field for addresses only when it is needed. */

const rows = [...document.querySelectorAll("#ask input[name=rows]")];
const button = document.getElementById("all-rows");
const addresses = document.querySelector(".ask-addresses");
const choices = [...document.querySelectorAll("#ask input[name=to]")];

function say() {
  const areAll = rows.every((box) => box.checked);
  button.textContent = areAll ? "Untick all" : "Tick all";
  button.setAttribute("aria-pressed", String(areAll));
}

function showAddresses() {
  addresses.hidden = !choices.some((choice) => choice.checked && choice.value === "people");
}

if (button && rows.length > 1) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const areAll = rows.every((box) => box.checked);
    for (const box of rows) box.checked = !areAll;
    say();
  });
  for (const box of rows) box.addEventListener("change", say);
  say();
}
for (const choice of choices) choice.addEventListener("change", showAddresses);
showAddresses();
