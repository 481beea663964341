//! How a person reads: size, letters, lines, contrast, the ruler. What is measured is what the browser computed.

use crate::aloud::choose;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::Value;

const TEXT: &str = "# Rivers\n\nA river runs to the sea, and `code` beside it.\n\n- one\n- two\n\n```rust\nlet river = sea;\n```\n\n| River | km |\n|---|---|\n| Elbe | 1094 |\n\nThe end of a long paragraph about Donaudampfschifffahrtsgesellschaften.";

async fn opened(stage: &Stage, more: &str) -> Chat {
    let options = format!("delay=0;text={}", percent_encode(TEXT));
    let chat = stage.chat(Dialect::OpenAi, &options, more).await;
    chat.ask("Tell me about rivers").await;
    chat
}

/// A property of the first of these elements, as a number of pixels.
async fn pixels(chat: &Chat, element: &str, property: &str) -> f64 {
    chat.page
        .js(&format!(
            "parseFloat(getComputedStyle(e2e.every(0, '{element}')[0]).{property})"
        ))
        .await
}

/// What is wider than the window.
async fn too_wide(chat: &Chat) -> Vec<String> {
    chat.page
        .js("[...e2e.every(0, '.head, .head button, .answer, .said, .composer, .composer button, .foot, .status, .actions button, dialog[open], dialog[open] label, dialog[open] button')]
            .filter(e2e.visible)
            .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
            .map((one) => `${one.tagName}.${one.className} ${one.getBoundingClientRect().right}`)")
        .await
}

/// A picture of the page as it is now, to be looked at.
pub async fn picture(chat: &Chat, name: &str) {
    let _: Value = chat
        .page
        .js("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))")
        .await;
    let file = pictures_folder().join(format!("aids-{name}.png"));
    chat.page.screenshot(&file).await;
}

#[e2e::case]
pub async fn text_is_twice_as_big_and_nothing_is_cut_off(stage: Stage) {
    let chat = opened(&stage, "lang=en").await;
    let before = pixels(&chat, ".answer p", "fontSize").await;
    chat.button("Reading").await;
    picture(&chat, "panel").await;
    choose(&chat, "Text size", "200").await;
    picture(&chat, "panel-200").await;
    chat.close_dialog().await;
    assert_eq!(pixels(&chat, ".answer p", "fontSize").await, 2.0 * before);
    for (width, height, dark) in [(1000, 800, false), (320, 640, true), (640, 360, false)] {
        chat.page.look(width, height, dark, 1.0).await;
        picture(&chat, &format!("200-{width}")).await;
        assert_eq!(too_wide(&chat).await, [] as [String; 0], "{width}");
        let covered: Vec<String> = chat
            .page
            .js("(() => { const all = e2e.every(0, '.head button').map((one) => [one, one.getBoundingClientRect()]);
                return all.filter(([, a], at) => all.slice(at + 1).some(([, b]) => a.right > b.left + 1)).map(([one]) => e2e.name(one)); })()")
            .await;
        assert_eq!(
            covered,
            [] as [String; 0],
            "buttons that cover each other at {width}"
        );
        let seen: bool = chat
            .page
            .js("e2e.visible(e2e.find(0, 'textbox', 'Message')) && e2e.find(0, 'textbox', 'Message').getBoundingClientRect().width > 60")
            .await;
        assert!(seen, "one can write at {width}");
    }
    chat.button("Reading").await;
    chat.page
        .until::<bool>("!!e2e.every(0, 'dialog[open]').length")
        .await;
    picture(&chat, "panel-200-narrow").await;
    assert_eq!(too_wide(&chat).await, [] as [String; 0], "the panel");
    chat.close_dialog().await;
    // It is remembered, and there before anybody writes.
    chat.reload().await;
    chat.page
        .until::<bool>(&format!(
            "parseFloat(getComputedStyle(e2e.every(0, '.composer')[0]).fontSize) === {}",
            2.0 * before
        ))
        .await;
}

#[e2e::case]
pub async fn lines_and_letters_stand_as_far_apart_as_the_guidelines_ask(stage: Stage) {
    let chat = opened(
        &stage,
        "lang=en&line-spacing=double&letter-spacing=wide&font=serif&line-width=narrow",
    )
    .await;
    chat.page
        .until::<bool>("getComputedStyle(e2e.every(0, '.answer p')[0]).letterSpacing !== 'normal'")
        .await;
    let size = pixels(&chat, ".answer p", "fontSize").await;
    for (property, least) in [
        ("lineHeight", 1.5),
        ("marginBottom", 2.0),
        ("letterSpacing", 0.12),
        ("wordSpacing", 0.16),
    ] {
        let is = pixels(&chat, ".answer p", property).await;
        assert!(is >= least * size - 0.01, "{property}: {is} of {size}");
    }
    let code: String = chat
        .page
        .js("getComputedStyle(e2e.every(0, '.answer pre code')[0]).letterSpacing")
        .await;
    assert!(
        code == "normal" || code == "0px",
        "columns of code stay columns: {code}"
    );
    let font: String = chat
        .page
        .js("getComputedStyle(e2e.every(0, '.answer p')[0]).fontFamily")
        .await;
    assert!(font.contains("Georgia"), "{font}");
    let code: String = chat
        .page
        .js("getComputedStyle(e2e.every(0, '.answer pre code')[0]).fontFamily")
        .await;
    assert!(code.contains("mono"), "{code}");
    picture(&chat, "spacing").await;
    chat.page.look(320, 640, false, 1.0).await;
    assert_eq!(too_wide(&chat).await, [] as [String; 0]);
}

/// The contrast of the words of all these elements with what is behind them, the lowest.
const CONTRAST: &str = "((selector) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const light = (rgb) => rgb.slice(0, 3).map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (element) => { for (let up = element; up; up = up.parentElement) { const back = rgba(getComputedStyle(up).backgroundColor); if (back[3] > 250) return back; } return [255, 255, 255, 255]; };
    const all = e2e.every(0, selector).filter(e2e.visible).map((one) => {
        const [a, b] = [light(rgba(getComputedStyle(one).color)), light(ground(one))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), `${one.tagName}.${one.className} ${one.textContent.slice(0, 20)}`];
    });
    return all.sort((a, b) => a[0] - b[0])[0];
})('.answer p, .answer li, .answer td, .answer code, .answer pre span, .said, .status, .meter, .actions button, .head button, .link-name, .composer button')";

#[e2e::case]
pub async fn high_contrast_is_seven_to_one_in_light_and_dark_and_for_the_young(stage: Stage) {
    for profile in ["standard", "young"] {
        for theme in ["light", "dark"] {
            let query =
                format!("lang=en&storage=none&contrast=high&theme={theme}&profile={profile}");
            let chat = opened(&stage, &query).await;
            chat.page
                .until::<bool>("['rgb(255, 255, 255)', 'rgb(0, 0, 0)'].includes(getComputedStyle(e2e.every(0, '.rill')[0]).backgroundColor)")
                .await;
            picture(&chat, &format!("contrast-{profile}-{theme}")).await;
            let (lowest, of): (f64, String) = chat.page.js(CONTRAST).await;
            assert!(lowest >= 7.0, "{profile}, {theme}: {lowest:.2} of {of}");
        }
    }
}

#[e2e::case]
pub async fn the_ruler_follows_pointer_and_keys_and_is_in_nobodys_way(stage: Stage) {
    let chat = opened(&stage, "lang=en").await;
    chat.button("Reading").await;
    choose(&chat, "Reading ruler", "on").await;
    chat.close_dialog().await;
    chat.page
        .until::<bool>("e2e.every(0, '.ruler').length === 1")
        .await;
    let middle = "(() => { const box = e2e.every(0, '.ruler')[0].getBoundingClientRect(); return box.top + box.height / 2; })()";
    let (x, y): (f64, f64) = chat
        .page
        .js("(() => { const box = e2e.every(0, '.answer p')[0].getBoundingClientRect(); return [box.left + 20, box.top + 12]; })()")
        .await;
    chat.page.click_at(x, y).await;
    chat.page
        .until::<bool>(&format!("Math.abs({middle} - {y}) < 2"))
        .await;
    let under: bool = chat
        .page
        .js(&format!(
            "!!e2e.root().elementFromPoint({x}, {y}).closest('.answer')"
        ))
        .await;
    assert!(under, "a click goes through it");
    let hidden: String = chat
        .page
        .js("e2e.every(0, '.ruler')[0].getAttribute('aria-hidden')")
        .await;
    assert_eq!(hidden, "true");
    picture(&chat, "ruler").await;
    // Alt and an arrow: one line.
    chat.focus().await;
    let before: f64 = chat.page.js(middle).await;
    chat.page.press("ArrowUp", 1).await;
    let after: f64 = chat.page.js(middle).await;
    assert!((before - after - 25.6).abs() < 3.0, "{before} {after}");
}

#[e2e::case]
pub async fn young_readers_reach_how_to_read_and_are_not_asked_for_their_voice(stage: Stage) {
    let chat = opened(&stage, "lang=en&profile=young&storage=none").await;
    chat.button("Reading").await;
    choose(&chat, "Text size", "150").await;
    let labels: String = chat
        .page
        .js("e2e.every(0, 'dialog[open] label > span').map((one) => one.textContent).join('|')")
        .await;
    assert!(
        labels.contains("Line spacing") && labels.contains("Contrast"),
        "{labels}"
    );
    assert!(!labels.contains("Dictation"), "{labels}");
    picture(&chat, "young-panel").await;
    chat.close_dialog().await;
    picture(&chat, "young-150").await;
    chat.page.look(360, 740, true, 2.0).await;
    picture(&chat, "young-150-phone").await;
    assert_eq!(too_wide(&chat).await, [] as [String; 0]);
}
