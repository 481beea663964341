// React by itself: how much of the other pages' first load it is. It is never opened.

import { show } from "./react.jsx";

show(({ children }) => <p>{children}</p>);
