// React and Streamdown, which keeps finished blocks by itself; without its plug-ins for colours, formulas and diagrams.

import { Streamdown } from "streamdown";
import "./made.css";
import { show } from "./react.jsx";

show(({ children, running }) => <Streamdown isAnimating={running}>{children}</Streamdown>);
