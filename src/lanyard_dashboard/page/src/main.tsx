// The page: asks for the key, then shows the fleet, one robot, tasks, or the stick that drives.

import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/views.css";
import { render } from "preact";
import { enter, takeKey } from "./link/session.js";
import { App } from "./view/App.js";
import { applyTheme } from "./view/theme.js";

takeKey();
applyTheme();
render(<App />, document.body);
void enter();
