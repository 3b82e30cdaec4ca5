// Says the state of a cell in words, for the status line and, in the cell itself, for screen readers.

export function stateText(state) {
  switch (state.kind) {
    case "saving":
      return "saving";
    case "saved":
      return "saved";
    case "refused":
      return `not saved: ${state.why}`;
    case "conflict":
      return `not saved: ${state.by || "someone else"} changed it`;
    case "unknown":
      return `not certain yet: ${state.why}`;
    default:
      if (state.by) return `changed by ${state.by}`;
      return state.writer ? `changed in Smartsheet; ${state.writer} changed the row last` : "changed in Smartsheet";
  }
}
