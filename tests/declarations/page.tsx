// What docs/embedding.md has a React project write, with as much of React's types as that needs.
import type { RillChat, RillChatProps } from "../../package/rill.js";

declare global {
  namespace JSX {
    interface IntrinsicElements {
      "rill-chat": RillChatProps & { children?: unknown; ref?: (chat: RillChat | null) => void };
      b: { slot?: string; children?: unknown };
    }
  }
}

export const page = (
  <rill-chat
    server="/llm"
    text-size="125"
    time-limit={45}
    lens
    onrill-end={(event) => console.log(event.detail.end)}
    ref={(chat) => chat?.send("Hello")}
  >
    <b slot="header">Ask</b>
  </rill-chat>
);

// @ts-expect-error: no such theme
export const wrong = <rill-chat theme="pink" />;
