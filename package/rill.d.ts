// <rill-chat>. Made by `cargo xtask surface` from src/surface: change it there.

/** A kind of server. */
export type RillKind = "llamacpp" | "koboldcpp" | "halo" | "llama-chat" | "ollama" | "lmstudio" | "textgen" | "llama-cpp-python" | "vllm" | "litellm" | "openrouter" | "openai" | "qolaba" | "ai4artsed" | "jarvis";

/** How a reply ended. */
export type RillEnd = "complete" | "empty" | "stopped" | "superseded" | "blocked" | "cut" | "stalled" | "refused" | "broken";

/** What the Doctor finds. */
export type RillVerdict = "flowing" | "buffered" | "not-streaming" | "slow-prefill" | "silent" | "cut" | "unreachable" | "cors-refused" | "mixed-content" | "local-network-denied" | "preflight-refused" | "auth" | "wrong-server" | "model-missing" | "server-error" | "busy" | "context-full" | "sockets-exhausted" | "page-behind";

/** Where a reply is on its way. */
export type RillPhase = "connecting" | "waiting" | "reading" | "thinking" | "writing" | "showing" | "asking" | "ended";

/** Tokens, as the server counts them. */
export interface RillUsage {
  prompt_tokens: number | null;
  completion_tokens: number | null;
  cached_tokens: number | null;
}

/** Times, as the server measures them. */
export interface RillServerTimings {
  load_ms: number | null;
  prompt_ms: number | null;
  predicted_ms: number | null;
  predicted_per_second: number | null;
}

/** Times of a reply, from its request on. */
export interface RillTimings {
  first_text_ms: number | null;
  total_ms: number;
  server: RillServerTimings;
}

/** A message of the conversation. */
export interface RillMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** What is asked of a transport of the page's own. */
export interface RillRequest {
  messages: RillMessage[];
  model: string | null;
  context: string | null;
  signal: AbortSignal;
}

/** A piece of a reply that says what it is. */
export interface RillPiece {
  text?: string;
  reasoning?: string;
  end?: string;
  error?: string;
}

/** A piece of a reply: text of the answer, bytes cut anywhere; with `kind`, an event of that server's wire. */
export type RillChunk = string | RillPiece | Uint8Array | ArrayBuffer | object;

/** What a reply is read from. */
export type RillReply = AsyncIterable<RillChunk> | Iterable<RillChunk> | ReadableStream<RillChunk> | Response;

/** A transport of the page's own: called for each message, or the next reply itself. */
export type RillSource = ((request: RillRequest) => RillReply | Promise<RillReply>) | RillReply;

/** Something for the model beside the system prompt. */
export type RillContext = string | (() => string | null | Promise<string | null>) | null | undefined;

/** Gives a key for a server, named by its origin. */
export type RillToken = ((asked: { server: string }) => string | null | Promise<string | null>) | null | undefined;

/** The element's events, by their names. */
export interface RillChatEventMap {
  /** The chat is there. */
  "rill-ready": CustomEvent<Record<string, never>>;
  /** The panel of layout="floating" has opened. */
  "rill-open": CustomEvent<Record<string, never>>;
  /** It has closed. */
  "rill-close": CustomEvent<Record<string, never>>;
  /** Another server answers from now on, or another model. */
  "rill-connect": CustomEvent<{ server: string; kind: RillKind | null; model: string | null }>;
  /** A message is about to go. */
  "rill-before-send": CustomEvent<{ text: string; images: number; messages: number; reason?: string }>;
  /** A message goes to the server. */
  "rill-send": CustomEvent<{ text: string }>;
  /** The reply does something else than before. */
  "rill-status": CustomEvent<{ phase: RillPhase }>;
  /** So much of the model's thinking came: put it behind what you have. */
  "rill-reasoning": CustomEvent<{ text: string }>;
  /** So much came: put it behind what you have. */
  "rill-delta": CustomEvent<{ text: string }>;
  /** The whole text anew: a server said it again otherwise, or a reply goes on; put it in the place of what you have. */
  "rill-replace": CustomEvent<{ text: string }>;
  /** The last letter is shown; text is what deltas and replacements have made. */
  "rill-end": CustomEvent<{ end: RillEnd; reason: string | null; text: string; usage: RillUsage; timings: RillTimings }>;
  /** A reply ended by an error, or the chat could not be loaded (code is load). */
  "rill-error": CustomEvent<{ message: string; code: string | null }>;
  /** The Doctor says something else than before. */
  "rill-verdict": CustomEvent<{ verdict: RillVerdict }>;
}

/** The element's attributes, by their names in markup. */
export interface RillChatAttributes {
  "server"?: string | undefined;
  "kind"?: "auto" | RillKind | undefined;
  "model"?: string | undefined;
  "profile"?: "standard" | "young" | undefined;
  "age"?: "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "adult" | undefined;
  "system"?: string | undefined;
  "greeting"?: string | undefined;
  "placeholder"?: string | undefined;
  "loading"?: "lazy" | "eager" | undefined;
  "layout"?: "inline" | "floating" | "full" | undefined;
  "label"?: string | undefined;
  "open"?: boolean | "" | undefined;
  "storage"?: "local" | "none" | undefined;
  "lock"?: boolean | "" | undefined;
  "refused-words"?: string | undefined;
  "note"?: string | undefined;
  "time-limit"?: `${number}` | number | undefined;
  "lens"?: boolean | "" | undefined;
  "deadlines"?: string | undefined;
  "grace"?: `${number}` | number | undefined;
  "pace"?: "live" | "instant" | `${number}` | `${number}wpm` | number | undefined;
  "steps"?: "words" | "letters" | undefined;
  "pages"?: "off" | "on" | undefined;
  "theme"?: "auto" | "light" | "dark" | undefined;
  "contrast"?: "auto" | "normal" | "high" | undefined;
  "lang"?: string | undefined;
  "shortcuts"?: "on" | "off" | undefined;
  "text-size"?: "87" | "100" | "112" | "125" | "150" | "175" | "200" | number | undefined;
  "font"?: "system" | "legible" | "open-dyslexic" | "serif" | "mono" | undefined;
  "line-width"?: "normal" | "narrow" | "wide" | "full" | undefined;
  "line-spacing"?: "normal" | "wide" | "double" | undefined;
  "letter-spacing"?: "normal" | "wide" | undefined;
  "ruler"?: "off" | "on" | undefined;
  "aloud"?: "off" | "on" | undefined;
  "voice"?: string | undefined;
  "speech-rate"?: "50" | "75" | "100" | "125" | "150" | "200" | number | undefined;
  "dictation"?: "on" | "off" | undefined;
}

/** What JSX may say of the element: its attributes, and listeners as React 19 names them. */
export type RillChatProps = RillChatAttributes & {
  [Name in keyof RillChatEventMap as `on${Name}`]?: (event: RillChatEventMap[Name]) => void;
};

/** A chat with a language model: the element `<rill-chat>`. */
export interface RillChat extends HTMLElement {
  /** Base URL, with or without /v1; a path on the page's own host; demo. One that is elsewhere asks first. */
  get server(): string;
  set server(value: string | null | undefined);
  /** Which server it is. */
  get kind(): "auto" | RillKind | "";
  set kind(value: "auto" | RillKind | "" | null | undefined);
  /** A model's id. */
  get model(): string;
  set model(value: string | null | undefined);
  /** young is for 8 to 17: bigger, calmer, one thing at a time, no thinking, no raw data. */
  get profile(): "standard" | "young" | "";
  set profile(value: "standard" | "young" | "" | null | undefined);
  /** The pace of the young profile, 155 words a minute to 10, 190 to 13, 225 to 17, 250 for adults. */
  get age(): "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "adult" | "";
  set age(value: "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "adult" | "" | null | undefined);
  /** The system prompt. */
  get system(): string;
  set system(value: string | null | undefined);
  /** The first screen's heading. */
  get greeting(): string;
  set greeting(value: string | null | undefined);
  /** What stands in the empty field for the message. */
  get placeholder(): string;
  set placeholder(value: string | null | undefined);
  /** lazy: once it comes near the window, is opened or is asked for something; eager: at once. */
  get loading(): "lazy" | "eager" | "";
  set loading(value: "lazy" | "eager" | "" | null | undefined);
  /** Layouts; the standalone page is always full. */
  get layout(): "inline" | "floating" | "full" | "";
  set layout(value: "inline" | "floating" | "full" | "" | null | undefined);
  /** The word on the button of layout="floating". */
  get label(): string;
  set label(value: string | null | undefined);
  /** The panel of layout="floating" is open. */
  open: boolean;
  /** none: nothing is written. */
  get storage(): "local" | "none" | "";
  set storage(value: "local" | "none" | "" | null | undefined);
  /** The visitor cannot change server, model or key; with profile="young" nothing at all. */
  lock: boolean;
  /** Words that are not sent, parted by commas, semicolons or lines. */
  get refusedWords(): string;
  set refusedWords(value: string | null | undefined);
  /** A text that stands quietly above the composer. */
  get note(): string;
  set note(value: string | null | undefined);
  /** So long may a session take. */
  get timeLimit(): `${number}` | "";
  set timeLimit(value: `${number}` | number | "" | null | undefined);
  /** Each answer offers *Why this word?* (for teachers). */
  lens: boolean;
  /** Seconds; 0 is none (which is which). */
  get deadlines(): string;
  set deadlines(value: string | null | undefined);
  /** So long a passed deadline asks first. */
  get grace(): `${number}` | "";
  set grace(value: `${number}` | number | "" | null | undefined);
  /** How text is shown. */
  get pace(): "live" | "instant" | `${number}` | `${number}wpm` | "";
  set pace(value: "live" | "instant" | `${number}` | `${number}wpm` | number | "" | null | undefined);
  /** Whether a word appears whole, where the pace is fixed. */
  get steps(): "words" | "letters" | "";
  set steps(value: "words" | "letters" | "" | null | undefined);
  /** on: text waits at the end of each page for the reader to go on. */
  get pages(): "off" | "on" | "";
  set pages(value: "off" | "on" | "" | null | undefined);
  /** Light or dark; auto as the system has it. */
  get theme(): "auto" | "light" | "dark" | "";
  set theme(value: "auto" | "light" | "dark" | "" | null | undefined);
  /** high: text 7:1, lines 4.5:1, in light and dark; auto as the system asks. */
  get contrast(): "auto" | "normal" | "high" | "";
  set contrast(value: "auto" | "normal" | "high" | "" | null | undefined);
  /** The language of the page's words. */
  get lang(): string;
  set lang(value: string | null | undefined);
  /** off: no key alone does anything (? opens the list of shortcuts). */
  get shortcuts(): "on" | "off" | "";
  set shortcuts(value: "on" | "off" | "" | null | undefined);
  /** Per cent of the profile's own. */
  get textSize(): "87" | "100" | "112" | "125" | "150" | "175" | "200" | "";
  set textSize(value: "87" | "100" | "112" | "125" | "150" | "175" | "200" | number | "" | null | undefined);
  /** legible is Atkinson Hyperlegible, Lexend or Verdana: what the system has; open-dyslexic where it is installed; no font is sent. */
  get font(): "system" | "legible" | "open-dyslexic" | "serif" | "mono" | "";
  set font(value: "system" | "legible" | "open-dyslexic" | "serif" | "mono" | "" | null | undefined);
  /** The longest line. */
  get lineWidth(): "normal" | "narrow" | "wide" | "full" | "";
  set lineWidth(value: "normal" | "narrow" | "wide" | "full" | "" | null | undefined);
  /** Room between lines; double with twice the letters' size between paragraphs. */
  get lineSpacing(): "normal" | "wide" | "double" | "";
  set lineSpacing(value: "normal" | "wide" | "double" | "" | null | undefined);
  /** wide: 0.12 em, 0.16 em between words (WCAG 2.2, 1.4.12). */
  get letterSpacing(): "normal" | "wide" | "";
  set letterSpacing(value: "normal" | "wide" | "" | null | undefined);
  /** A band that follows the pointer, and with Alt and the arrows goes a line up or down. */
  get ruler(): "off" | "on" | "";
  set ruler(value: "off" | "on" | "" | null | undefined);
  /** on: replies are read aloud as they arrive, from the first message on that the person sends. */
  get aloud(): "off" | "on" | "";
  set aloud(value: "off" | "on" | "" | null | undefined);
  /** The voice that reads aloud; auto by the language of the text. */
  get voice(): string;
  set voice(value: string | null | undefined);
  /** Per cent of the voice's own speed. */
  get speechRate(): "50" | "75" | "100" | "125" | "150" | "200" | "";
  set speechRate(value: "50" | "75" | "100" | "125" | "150" | "200" | number | "" | null | undefined);
  /** A microphone beside the field, where the browser has speech recognition; it may send what is said to its maker, and says so first; with the young only this attribute turns it on; off is not for the visitor to change. */
  get dictation(): "on" | "off" | "";
  set dictation(value: "on" | "off" | "" | null | undefined);
  /** For the model, beside the system prompt; it is no message. A function is called for each request. */
  context: RillContext;
  /** Gives a short-lived key for a server, and once more after a 401; what it gives is written nowhere. */
  token: RillToken;
  /** Loads the chat; settles once it is there. */
  readonly ready: Promise<RillChat>;
  /** Sends a message; a reply that runs gives way to it. */
  send(text: string): void;
  /** Ends the reply that runs. */
  stop(): void;
  /** Begins a new conversation. */
  clear(): void;
  /** The conversation as JSON text; before the chat is loaded, an empty one. */
  export(): string;
  /** A transport of the page's own: a function that is called for each reply, or what the next one is read from; null ends it. */
  connect(source: RillSource | null, options?: { name?: string }): void;
  /** Opens the panel of layout="floating". */
  show(): void;
  /** Closes it. */
  hide(): void;
  addEventListener<Name extends keyof RillChatEventMap>(name: Name, listener: (this: RillChat, event: RillChatEventMap[Name]) => unknown, options?: boolean | AddEventListenerOptions): void;
  addEventListener<Name extends keyof HTMLElementEventMap>(name: Name, listener: (this: RillChat, event: HTMLElementEventMap[Name]) => unknown, options?: boolean | AddEventListenerOptions): void;
  addEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends keyof RillChatEventMap>(name: Name, listener: (this: RillChat, event: RillChatEventMap[Name]) => unknown, options?: boolean | EventListenerOptions): void;
  removeEventListener<Name extends keyof HTMLElementEventMap>(name: Name, listener: (this: RillChat, event: HTMLElementEventMap[Name]) => unknown, options?: boolean | EventListenerOptions): void;
  removeEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "rill-chat": RillChat;
  }
}
