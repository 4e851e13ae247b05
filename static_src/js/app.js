// What every page does: one module per behaviour, each works on marked elements only.
import { watchDialogs } from "./dialogs.js";
import { watchDrawer } from "./drawer.js";
import { watchForms } from "./submit_once.js";
import { watchMenus } from "./menus.js";
import { watchReveals } from "./reveal.js";
import { watchSignOut } from "./sign_out.js";
import { followSystemTheme } from "./theme.js";
import { watchToasts } from "./toasts.js";

followSystemTheme();
watchDialogs();
watchDrawer();
watchForms();
watchMenus();
watchReveals();
watchSignOut();
watchToasts();
