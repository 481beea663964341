//! Things to do about a verdict, by name, and what stands beside each: a line to be copied.
//!
//! Data only: the words are the page's.

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The kind of thing to do.
    pub advice: Advice,
    /// A command, a setting or an address to copy: the same in every language. Several lines are several alternatives.
    pub line: Option<String>,
}

/// Things to do. The words are the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Ask the server itself with `curl -N`, past whatever stands between.
    TryCurl,
    /// Let the server send headers that switch buffering off.
    SendHeaders,
    /// nginx: switch buffering off for this path.
    NginxBuffering,
    /// Apache: flush each packet.
    ApacheBuffering,
    /// Caddy: flush at once.
    CaddyBuffering,
    /// Vite's development proxy: ask for no compression.
    ViteProxy,
    /// Waitress: send from the first byte on.
    Waitress,
    /// Switch compression off for event streams.
    NoCompression,
    /// The tunnel does not carry streams, or limits them.
    Tunnel,
    /// The server's own sender is starved while the model computes: a newer version.
    StarvedSender,
    /// The server makes the whole answer before it sends: nothing here can change that.
    MakesWholeFirst,
    /// Something between drops the wish for a stream, or this route cannot stream.
    AskForStream,
    /// A shorter conversation is read faster.
    ShorterPrompt,
    /// Keep the model loaded.
    KeepLoaded,
    /// Put more of the model on the graphics card.
    UseGpu,
    /// Look into the server's log, and restart it.
    ServerLog,
    /// nginx: a longer read timeout.
    NginxTimeout,
    /// Apache: a longer timeout.
    ApacheTimeout,
    /// Cloudflare ends a request after 100 s without a byte.
    CloudflareLimit,
    /// The proxy has timers of its own.
    OwnTimers,
    /// Continue from where it was cut.
    GoOn,
    /// Speak to the server in its own language, where it does not swallow errors.
    OwnLanguage,
    /// Start the server.
    StartServer,
    /// Let the server listen to other computers.
    ListenAll,
    /// Try the other port.
    OtherPort,
    /// Try the other name of this computer.
    OtherName,
    /// Allow this page's origin in the server's settings.
    AllowOrigin,
    /// Allow this page's origin where the server runs as a service.
    AllowOriginService,
    /// Flip the switch in the program's window.
    SwitchCors,
    /// Serve the page in front of the server, which then sees no page of another host.
    ServeProxy,
    /// Put the server behind a path of the page's own host.
    SamePath,
    /// Open this page from this computer.
    OpenFromHere,
    /// Give the server https.
    GiveHttps,
    /// Allow the local network in the browser's settings for this page.
    AllowLocalNetwork,
    /// Remove the key, so that no preflight is needed.
    RemoveKey,
    /// Put in the key.
    EnterKey,
    /// Look up the key where the server was started.
    FindKey,
    /// Check address and port.
    CheckAddress,
    /// Choose one of the models that it has.
    ChooseModel,
    /// Fetch the model.
    FetchModel,
    /// The proxy limits the size of a request.
    BodySize,
    /// The gateway does not reach the model server.
    GatewayDown,
    /// Try again in a moment.
    TryLater,
    /// Let the server answer several at once.
    Parallel,
    /// Begin anew, or shorten.
    Shorten,
    /// Give the model more context.
    MoreContext,
    /// Close other tabs that talk to this server, and restart it.
    FreeSockets,
    /// Show text at once instead of at a pace.
    FasterPace,
    /// Give this page more of the computer.
    LessLoad,
}
