// How people are offered in the editors of contact columns.

import { ADDRESS, keyOf } from "./types/contact.js";

// Returns a person's name, or their address if they have no name. A name that is an address is left out. If someone
// typed it, it would mean the person with this address.
export const labelOf = (one) => (ADDRESS.test(one.name) ? keyOf(one) : one.name || one.email);
