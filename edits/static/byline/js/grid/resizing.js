// Makes columns resizable by dragging the edges of their titles.

export function makeResizable(grid) {
  grid.painter.element.addEventListener("pointerdown", (event) => {
    const { column: id } = event.target.dataset;
    if (!event.target.classList.contains("grid-edge")) return;
    event.preventDefault();
    const start = event.clientX;
    const { width } = grid.view.columns[grid.view.columnIndexOf(id)];
    const move = ({ clientX }) => setWidth(grid, id, width + clientX - start);
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  });
}

export function setWidth({ view }, id, width) {
  view.set({ widths: { ...view.settings.widths, [id]: Math.round(width) } });
}
