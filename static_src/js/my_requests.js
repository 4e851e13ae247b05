// One's own requests, live while one waits.
import { watchLive } from "./live.js";

const mine = document.getElementById("mine");
if (mine.hasAttribute("hx-get")) watchLive(mine);
