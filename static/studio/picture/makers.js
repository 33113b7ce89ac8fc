import { config } from "../ui/config.js";

/** What people call a provider; `name`: its name in the protocol. */
export const makerOf = (name) => config.can.makers[name] ?? name;
