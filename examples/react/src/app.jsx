import { useRef, useState } from "react";

export function App() {
  const chat = useRef(null);
  const [isDark, setDark] = useState(false);
  const [text, setText] = useState("");
  const [ends, setEnds] = useState([]);
  return (
    <main>
      <h1>Rill in React</h1>
      <p>
        <button onClick={() => chat.current.send("What is a river?")}>Ask</button>
        <label>
          <input type="checkbox" checked={isDark} onChange={(event) => setDark(event.target.checked)} /> dark
        </label>
      </p>
      <rill-chat
        ref={chat}
        style={{ blockSize: "30rem" }}
        server="demo"
        storage="none"
        theme={isDark ? "dark" : "light"}
        context={() => `The page is ${isDark ? "dark" : "light"}.`}
        onrill-delta={(event) => setText((text) => text + event.detail.text)}
        onrill-replace={(event) => setText(event.detail.text)}
        onrill-send={() => setText("")}
        onrill-end={(event) => setEnds((ends) => [...ends, event.detail.end])}
      />
      <p>
        {text.length} characters so far; ended: <output>{ends.join(", ")}</output>
      </p>
    </main>
  );
}
