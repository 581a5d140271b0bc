/** The order in which styles apply. */

import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./status_bar.css";
import "./shift.css";
import "./lane.css";
import "./steps.css";
import "./announced.css";
import "./status.css";
import "./inbox.css";
import "./fields.css";
import "./plate.css";
import "./verdict.css";
import "./wave.css";
import "./more.css";
import "./gate.css";
import "./convoy.css";
import "./team.css";
import "./health.css";
import "./practice.css";
import "./formats.css";
