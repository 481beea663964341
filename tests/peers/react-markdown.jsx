// React and react-markdown, with tables: the component is kept, and the plug-ins are the same each time.

import { memo } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { show } from "./react.jsx";

const plugins = [remarkGfm];

show(memo(({ children }) => <Markdown remarkPlugins={plugins}>{children}</Markdown>));
