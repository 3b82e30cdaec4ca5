// Draws each table of figures as a chart next to it. A bar has the same link as its figure in the table.
"use strict";
(() => {
  const LONG = 24; // the most letters of a name in a chart; the table shows the whole name

  // A canvas doesn't support light-dark() or CSS variables, so an element in the page computes them.
  const probe = document.body.appendChild(document.createElement("span"));
  const style = (name) => {
    probe.style.color = `var(--tblr-${name})`;
    return getComputedStyle(probe).color;
  };

  const shortened = (name) => (name.length > LONG ? `${name.slice(0, LONG)}…` : name);

  const figures = (table, isByDay) => {
    const rows = [...table.tBodies[0].rows];
    if (isByDay) rows.reverse(); // the table begins with the newest day, and the chart ends with the newest day
    const heads = [...table.tHead.rows[0].cells].slice(1);
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      series: heads.map((head, at) => ({
        title: head.textContent.trim(),
        colour: head.dataset.colour,
        cells: rows.map((row) => row.cells[at + 1]),
      })),
    };
  };

  const draw = (place) => {
    const table = place.querySelector("table");
    const isLying = place.dataset.chart !== "days";
    const { labels, series } = figures(table, !isLying);
    const text = getComputedStyle(table).color;
    const lines = getComputedStyle(table.querySelector("td")).borderBottomColor;
    const count = { beginAtZero: true, stacked: true, ticks: { color: text, precision: 0 }, grid: { color: lines } };
    const ticks = { color: text, maxRotation: 0, callback(value) { return shortened(this.getLabelForValue(value)); } };
    const label = { stacked: true, ticks, grid: { display: false } };
    return new Chart(place.querySelector("canvas"), {
      type: "bar",
      data: {
        labels,
        datasets: series.map((one) => ({
          label: shortened(one.title),
          data: one.cells.map((cell) => Number(cell.dataset.count)),
          backgroundColor: one.cells.map((cell) => style(cell.dataset.colour || one.colour)),
          maxBarThickness: 36,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: isLying ? "y" : "x",
        scales: isLying ? { x: count, y: label } : { x: label, y: count },
        plugins: { legend: { display: series.length > 1 || !isLying, position: "bottom", labels: { color: text } } },
        onHover: (event, found) => { event.native.target.classList.toggle("leads", found.length > 0); },
        onClick: (_event, [found]) => {
          const link = found && series[found.datasetIndex].cells[found.index].querySelector("a");
          if (link) location.assign(link.href);
        },
      },
    });
  };

  const places = [...document.querySelectorAll("[data-chart]")];
  for (const place of places) place.querySelector("[data-drawing]").hidden = false;
  let charts = places.map(draw);
  const redraw = () => {
    for (const chart of charts) chart.destroy();
    charts = places.map(draw);
  };
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
