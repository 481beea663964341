//! Long answers, long conversations, many conversations: what is out of view costs nothing, what is closed leaves nothing behind.

use e2e::Chat;
use e2e::stage::Stage;
use lab::{Dialect, percent_encode};
use serde_json::Value;
use std::collections::HashMap;

/// Whether the browser lays out and paints the element that an expression finds.
fn is_drawn(element: &str) -> String {
    format!("{element}.checkVisibility({{ contentVisibilityAuto: true }})")
}

/// One conversation after another of two turns each, and what the page is then.
async fn talk_and_close(chat: &Chat, times: usize) -> HashMap<String, f64> {
    // A question of the driver may not take as long as all of them do.
    for _ in 0..times.div_ceil(20) {
        let talk = "(async () => {
            const chat = e2e.host();
            for (let time = 0; time < 20; time += 1) {
                const ended = new Promise((resolve) => addEventListener('rill-end', resolve, { once: true }));
                chat.send('Hello');
                await ended;
                chat.clear();
            }
        })()";
        let _: Option<Value> = chat.page.js(talk).await;
    }
    // The browser's own list of what was fetched is not the page's.
    let _: Option<Value> = chat
        .page
        .js("(performance.clearResourceTimings(), null)")
        .await;
    chat.page.tidy().await;
    chat.page.costs().await
}

#[e2e::case(Costs)]
pub async fn two_hundred_conversations_leave_nothing_behind(stage: Stage) {
    let text = percent_encode(
        "## A river\n\nIt *flows*, and:\n\n- one\n- two\n\n```rust\nfn main() {}\n```\n\nThe end.",
    );
    let chat = stage
        .chat(
            Dialect::OpenAi,
            &format!("delay=0;text={text}"),
            "pace=instant",
        )
        .await;
    const TIMES: usize = 200;
    let warm = talk_and_close(&chat, 40).await;
    let mut after = talk_and_close(&chat, TIMES).await;
    // What one of them leaves is left as often as there were; the last ones go a little later, on a busy machine later still.
    let most = TIMES as f64;
    let grown = |after: &HashMap<String, f64>, name: &str| after[name] - warm[name];
    let kinds = ["Nodes", "JSEventListeners"];
    for _ in 0..20 {
        if kinds.iter().all(|kind| grown(&after, kind) < most / 20.0) {
            break;
        }
        chat.page.tidy().await;
        after = chat.page.costs().await;
    }
    for kind in kinds {
        let left = grown(&after, kind);
        assert!(left < most, "{left} {kind} are left over");
    }
    // A conversation that stays is tens of thousands of bytes.
    let heap = grown(&after, "JSHeapUsedSize") / most;
    assert!(heap < 1000.0, "{heap} bytes of each are left over");
}

#[e2e::case]
pub async fn turns_out_of_view_are_not_drawn_until_somebody_looks(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "tokens=60;delay=0", "pace=instant")
        .await;
    for _ in 0..20 {
        chat.ask("Hello").await;
    }
    let (first, last) = (
        "e2e.every(0, 'article')[0]",
        "e2e.every(0, 'article').at(-1)",
    );
    chat.page
        .until::<bool>(&format!("{} && !{}", is_drawn(last), is_drawn(first)))
        .await;
    // It is there all the same, for those who search and those who listen.
    assert!(
        chat.page
            .js::<bool>(&format!("{first}.textContent.includes('Hello')"))
            .await
    );
    let _: Option<Value> = chat
        .page
        .js(&format!("({first}.scrollIntoView(), null)"))
        .await;
    chat.page.until::<bool>(&is_drawn(first)).await;
}

#[e2e::case]
pub async fn the_finished_part_of_a_long_answer_is_drawn_only_in_view(stage: Stage) {
    let text = percent_encode(&"A paragraph of an answer that is long.\n\n".repeat(100));
    let chat = stage
        .chat(Dialect::OpenAi, &format!("delay=5;text={text}"), "")
        .await;
    chat.send("Hello").await;
    // While it still runs.
    let part = |at: &str| format!("e2e.every(0, '.answer p').at({at})");
    chat.page
        .until::<bool>(&format!(
            "e2e.turn(0, -1)?.end === 'running' && {}.length > 2 && {} && !{}",
            "e2e.every(0, '.answer p')",
            is_drawn(&part("-1")),
            is_drawn(&part("0"))
        ))
        .await;
    let turn = chat.ended().await;
    assert_eq!(turn.text.matches("A paragraph").count(), 100);
    // Nobody is pulled anywhere when what was left out is drawn: the height was remembered.
    let jumps = "(async () => {
        const scroller = e2e.every(0, 'main')[0];
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        scroller.scrollTop = 0;
        await frame();
        await frame();
        const height = scroller.scrollHeight;
        let most = 0;
        for (let top = 0; top < height; top += 200) {
            scroller.scrollTop = top;
            await frame();
            most = Math.max(most, Math.abs(scroller.scrollHeight - height));
        }
        return most;
    })()";
    let jumps: f64 = chat.page.js(jumps).await;
    assert!(jumps < 2.0, "the height changed by {jumps} while scrolling");
}
