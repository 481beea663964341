//! Halo Weave's patched KoboldCpp: KoboldCpp's native stream with what each token looked at, over HTTP or a WebSocket.
//!
//! In: [`ChatRequest`]; typed frames (`token`, `done`), stock frames where no attention was asked for, and the socket's binary frames.
//! Out: text, tokens with their attention. The conversation is formatted here, and stop texts are cut here: in attention mode the
//! server lets them through.
//!
//! It must only ever be asked in `text/plain`: once a WebSocket was opened, its answer to a preflight never ends, and six of those
//! take every connection that a browser has. So the socket comes after the stream, for servers that have no stream.

use serde_json::{Value, json};

use super::koboldcpp::{self, CHECK, KoboldChunks, KoboldCpp, NATIVE, WHOLE};
use super::read::{count, short_name, text};
use super::reply::end_word;
use super::{
    Call, Carrier, Decoder, Dialect, Family, Kind, Known, Models, Question, Sign, Takes, Transport,
    attention, read, sampling, templates,
};
use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, Timings, Token, Usage};
use crate::wire::Frame;

const SOCKET: &str = "/api/extra/generate/stream/ws";

pub(super) static FAMILY: Family = Family {
    word: "halo",
    name: "Halo Weave",
    signs: &[Sign::VariantOf(Kind::KoboldCpp, recognise)],
    ..koboldcpp::BASE
};

pub(super) const DIALECT: &dyn Dialect = &Halo;

/// Recognises the patched server: it alone tells how its model is built.
fn recognise(about: &Value) -> Option<Known> {
    about.get("num_layers")?;
    Some(Known {
        model: text(about, "model_name").map(short_name),
        context: context(about),
    })
}

fn context(about: &Value) -> Option<u32> {
    count(about, "max_context_length").filter(|&context| context > 0)
}

/// Halo's server.
struct Halo;

impl Dialect for Halo {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const {
            &[
                Transport::new(NATIVE, Carrier::Stream).then(SOCKET),
                Transport::new(SOCKET, Carrier::Socket).then(CHECK),
                // The whole answer at once is no better than what came.
                Transport::new(CHECK, Carrier::Poll),
                Transport::new(WHOLE, Carrier::Whole),
            ]
        }
    }

    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call {
        let mut body = koboldcpp::native(request);
        sampling::set(&mut body, "request_id", json!(request.generation));
        if request.attention {
            sampling::set(&mut body, "output_attentions", json!(true));
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        match over.via {
            Carrier::Socket => Call::post(SOCKET, &body).socket(),
            Carrier::Poll => koboldcpp::polled(request, &body),
            Carrier::Whole => Call::post(WHOLE, &body).whole(),
            _ => Call::post(NATIVE, &body),
        }
    }

    fn decoder(&self, request: &ChatRequest, over: &Transport) -> Box<dyn Decoder> {
        if over.via == Carrier::Poll {
            return KoboldCpp.decoder(request, over);
        }
        Box::new(HaloTokens {
            kobold: KoboldChunks::of_native(request),
            ..HaloTokens::default()
        })
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: koboldcpp::KNOBS,
            stop_texts: true,
            attention: true,
            continues: true,
            templates: true,
            ..Takes::default()
        }
    }

    fn models(&self) -> Question<Models> {
        Question::new(Call::get(koboldcpp::MODEL), |body| Some(models(body)))
    }

    fn context(&self, model: Option<&str>) -> Option<Question<u32>> {
        KoboldCpp.context(model)
    }

    fn count(&self, request: &ChatRequest) -> Option<Question<u32>> {
        let body = json!({
            "text": templates::prompt(request).0,
            "add_special_tokens": true,
            "with_pieces": false,
        });
        let call = Call::post("/api/v1/tokenize", &body);
        Some(Question::new(call, |body| {
            let said = read::object(body)?;
            let length = |key| said.get(key)?.as_array()?.len().try_into().ok();
            count(&said, "token_count")
                .or_else(|| length("token_ids"))
                .or_else(|| length("tokens"))
        }))
    }

    fn stop(&self, generation: &str, _id: Option<&str>) -> Option<Call> {
        // The stock endpoint goes by `genkey`, the patched stream by `request_id`; a socket is stopped by closing it.
        let body = json!({ "genkey": generation, "request_id": generation });
        Some(Call::post(koboldcpp::ABORT, &body))
    }

    fn perf(&self) -> Option<Question<(Usage, Timings)>> {
        KoboldCpp.perf()
    }
}

/// Reads the list of models; the patched server tells more than the stock one's `result`.
fn models(body: &str) -> Models {
    let mut models = read::models(body)?;
    if let (Some(model), Some(about)) = (models.first_mut(), read::object(body)) {
        model.context = context(&about);
        if let Some(name) = text(&about, "model_name") {
            model.name = short_name(name);
        }
    }
    Ok(models)
}

/// Reads typed frames, the binary frames that belong to them, and everything that a stock server says.
#[derive(Debug, Default)]
struct HaloTokens {
    kobold: KoboldChunks,
    frames: attention::Frames,
    /// A token of the socket that waits for its binary frame, which comes right behind it and names no token: they go by
    /// position.
    waiting: Option<String>,
    /// Two texts came in a row: this server sends no binary frames.
    unpaired: bool,
}

impl HaloTokens {
    fn token(&mut self, text: String, attention: Vec<f32>, out: &mut Vec<ChatEvent>) {
        let token = Token {
            text: text.clone(),
            attention,
            ..Token::default()
        };
        self.kobold.piece(&text, vec![token], out);
    }

    /// Lets go of a token that waits for its binary frame: one whose frame did not come is a token all the same.
    fn wait_no_more(&mut self, out: &mut Vec<ChatEvent>) {
        if let Some(text) = self.waiting.take() {
            self.token(text, Vec::new(), out);
        }
    }

    fn typed(&mut self, value: &Value, out: &mut Vec<ChatEvent>) {
        // The event stream has an object with the attention beside it, the socket a text with a binary frame behind it.
        if let Some(token) = value.get("token") {
            let said = text(token, "text").or_else(|| token.as_str());
            let row = value.get("attention").map(attention::of_object);
            if let Some(said) = said.filter(|said| !said.is_empty()) {
                self.token(said.to_owned(), row.unwrap_or_default(), out);
            }
            return;
        }
        self.unpaired |= self.waiting.is_some();
        self.wait_no_more(out);
        self.waiting = Some(text(value, "text").unwrap_or_default().to_owned());
        if self.unpaired {
            self.wait_no_more(out);
        }
    }
}

impl Decoder for HaloTokens {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if let Frame::Binary(bytes) = frame
            && let Some(text) = self.waiting.take()
        {
            let row = self.frames.row(bytes);
            return self.token(text, row, out);
        }
        let Some(said) = self.kobold.read(frame, out) else {
            return;
        };
        match text(&said.value, "type") {
            Some("token") => self.typed(&said.value, out),
            Some("done") => {
                self.wait_no_more(out);
                let word = end_word(said.value.get("finish_reason"));
                self.kobold.end(word.as_deref().unwrap_or("stop"), out);
            }
            _ => {
                self.wait_no_more(out);
                self.kobold.said(&said, out);
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.wait_no_more(out);
        self.kobold.finish(out);
    }
}
