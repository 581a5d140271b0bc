/** The order in which styles apply. */

import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./screens.css";
import "./verdict.css";
