// React's half of a page: the text so far is state, set once a read; the markdown component is given all of it.

import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { follow, over, pieces } from "./stream.js";

/// Shows the reply by a component that takes `children` (the text) and `running`.
export const show = (Markdown) => {
  const article = document.querySelector("article");
  const Reply = () => {
    const [text, setText] = useState("");
    const [running, setRunning] = useState(false);
    useEffect(() => {
      const send = async () => {
        setRunning(true);
        for await (const piece of pieces()) setText((before) => before + piece);
        setRunning(false);
      };
      globalThis.page = { ready: () => true, send };
    }, []);
    useEffect(follow, [text]);
    // After all of it has been put into the document.
    useEffect(() => {
      if (text && !running) over(text, article);
    }, [text, running]);
    return <Markdown running={running}>{text}</Markdown>;
  };
  createRoot(article).render(<Reply />);
};
