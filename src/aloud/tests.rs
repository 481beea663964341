#![allow(clippy::unwrap_used)]

use super::*;

fn words() -> Words {
    Words {
        code: "Code.".into(),
        code_in: format!("Code in {GAP}."),
        formula: "Formula.".into(),
        picture: format!("Picture: {GAP}."),
    }
}

fn drain(script: &mut Script, out: &mut Vec<Sentence>) -> Step {
    loop {
        match script.next_step() {
            Step::Say(sentence) => out.push(sentence),
            step => return step,
        }
    }
}

/// What is said of a text that is there as a whole.
fn said(text: &str) -> Vec<String> {
    let mut script = Script::new(words(), 1.0);
    script.take(text, true);
    let mut out = Vec::new();
    assert_eq!(drain(&mut script, &mut out), Step::Over);
    out.into_iter().map(|sentence| sentence.spoken).collect()
}

/// What is said of a text that grows by `step` characters at a time.
fn said_growing(text: &str, step: usize) -> Vec<String> {
    let mut script = Script::new(words(), 1.0);
    let mut out = Vec::new();
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for end in ends.iter().step_by(step) {
        script.take(&text[..*end], false);
        assert_eq!(drain(&mut script, &mut out), Step::Wait);
    }
    script.take(text, true);
    assert_eq!(drain(&mut script, &mut out), Step::Over);
    out.into_iter().map(|sentence| sentence.spoken).collect()
}

#[test]
fn sentences_come_one_by_one_and_abbreviations_end_none() {
    for (text, expect) in [
        (
            "A river. It flows on! \"Does it?\" Yes.",
            &["A river.", "It flows on!", "\"Does it?\"", "Yes."][..],
        ),
        (
            "Das ist z. B. der Rhein. Am 3. Mai kam Dr. Meier.",
            &["Das ist z. B. der Rhein.", "Am 3. Mai kam Dr. Meier."],
        ),
        (
            "Wait... what? It is 3.14 km. Fine",
            &["Wait... what?", "It is 3.14 km.", "Fine"],
        ),
        (
            "川は流れる。「海へ。」と言う",
            &["川は流れる。", "「海へ。」", "と言う"],
        ),
        ("नदी बहती है। समुद्र तक।", &["नदी बहती है।", "समुद्र तक।"]),
        (
            "هل هذا نهر؟ نعم، هو كذلك.",
            &["هل هذا نهر؟", "نعم، هو كذلك."],
        ),
        ("", &[]),
    ] {
        assert_eq!(said(text), expect, "{text}");
    }
}

#[test]
fn marks_are_not_spelt_and_what_is_no_text_is_named() {
    let text = "# The **Rhine** 🌊\n\nSee [the map](https://a.example/map) or https://www.example.org/long/path?x=1 now.[^1]\n\n\
        ```rust\nfn main() {}\n```\n\n```\nplain\n```\n\n| River | km |\n|---|---|\n| Rhine | 1233 |\n| Elbe | 1094 |\n\n\
        ![A boat](https://a.example/b.png)\n\n- one 👍🏽\n- `two`\n\n---\n\n$$\\frac{a}{b}$$\n\nLet $x = 2$.\n\n🎉🎉\n\n[^1]: A note.\n";
    assert_eq!(
        said(text),
        [
            "The Rhine",
            "See the map or example.org now.",
            "Code in rust.",
            "Code.",
            "River, km",
            "Rhine, 1233",
            "Elbe, 1094",
            "Picture: A boat.",
            "one",
            "two",
            "Formula.",
            "Let x = 2 .",
            "A note."
        ]
    );
}

const LONG: [(&str, &str); 6] = [
    (
        "de",
        "Der **Rhein** ist ein Fluss in Europa, und er entspringt in der Schweiz. Er fließt z. B. durch Köln! Am 3. Mai stieg das Wasser auf 9,10 m.\n\n1. Quelle: *Alpen*\n2. Mündung: Nordsee. Dort ist es flach.\n\n```python\nprint('x. y. z')\n```\n\nUnd das ist auch nicht das Ende der Geschichte? Doch.",
    ),
    (
        "ja",
        "川は山から流れ出し、平野を通って海へ向かいます。その水は田んぼを潤し、人々の暮らしを支えてきました。「すごいですね！」と彼女は言いました。\n\n- 一つ目。\n- 二つ目は長い説明です。続きます。\n\n終わり",
    ),
    (
        "ar",
        "النهر يجري من الجبل إلى البحر. هل تعرف ذلك؟ نعم، **أعرف** ذلك جيدا.\n\n| نهر | طول |\n|---|---|\n| النيل | 6650 |\n\nانتهى.",
    ),
    (
        "hi",
        "नदी पहाड़ से निकलती है। वह समुद्र तक जाती है। क्या यह सच है? हाँ।\n\n> उद्धरण यहाँ है। और आगे।\n\nसमाप्त",
    ),
    (
        "zh",
        "长江是中国最长的河流。它从青藏高原流向东海，全长约六千三百公里！你知道吗？\n\n1. 上游。\n2. 下游很宽。\n\n完",
    ),
    (
        "th",
        "แม่น้ำไหลจากภูเขาสู่ทะเล และผ่านเมืองใหญ่หลายเมือง ผู้คนใช้น้ำเพื่อการเกษตร\n\nจบ",
    ),
];

#[test]
fn a_text_that_is_cut_anywhere_is_read_as_the_whole_one_is() {
    for (language, text) in LONG {
        let whole = said(text);
        assert!(whole.len() > 1, "{language}");
        for step in [1, 2, 3, 5, 7, 11, 31] {
            assert_eq!(said_growing(text, step), whole, "{language}, {step}");
        }
    }
}

#[test]
fn what_is_said_of_a_long_text_is_all_of_it_in_pieces_of_one_breath() {
    let clause = "und das Wasser fließt weiter ins Tal, ";
    let wide = "水は山から流れて来て".repeat(60);
    let spaces = "แม่น้ำไหลจากภูเขา ".repeat(60);
    for (text, most) in [
        (clause.repeat(40), 180),
        (wide, 60),
        (spaces, 180),
        ("x".repeat(900), 180),
    ] {
        let pieces = said(&text);
        assert!(pieces.len() > 4);
        let letters = |text: &str| {
            text.chars()
                .filter(|letter| !letter.is_whitespace())
                .collect::<String>()
        };
        assert_eq!(letters(&pieces.concat()), letters(&text));
        for piece in &pieces {
            assert!(piece.chars().count() <= most, "{piece}");
        }
        assert_eq!(said_growing(&text, 7), pieces);
    }
    // A slow voice says less in a breath.
    let mut slow = Script::new(words(), 0.5);
    slow.take(&clause.repeat(40), true);
    let Step::Say(first) = slow.next_step() else {
        panic!()
    };
    assert!(first.spoken.chars().count() <= 90);
}

#[test]
fn a_text_that_is_replaced_is_read_on_and_what_is_whole_is_not_read_twice() {
    let mut script = Script::new(words(), 1.0);
    let mut out = Vec::new();
    script.take("One. Two. Thr", false);
    assert_eq!(drain(&mut script, &mut out), Step::Wait);
    script.take("Eins. Zwei. Drei. Vier.", true);
    assert_eq!(drain(&mut script, &mut out), Step::Over);
    script.take("Eins. Zwei. Drei. Vier.", true);
    assert_eq!(drain(&mut script, &mut out), Step::Over);
    let out: Vec<String> = out.into_iter().map(|sentence| sentence.spoken).collect();
    assert_eq!(out, ["One.", "Two.", "Drei.", "Vier."]);
}

#[test]
fn the_language_of_a_text_is_told_by_its_script_or_its_commonest_words() {
    for (language, text) in LONG {
        assert_eq!(language_of(text), Some(language));
    }
    for (language, text) in [
        ("en", "The river is long and it flows to the sea."),
        (
            "fr",
            "Le fleuve est long et il coule dans la mer avec des bateaux.",
        ),
        (
            "es",
            "El río es largo y se mueve por el valle con los barcos.",
        ),
        (
            "pt",
            "O rio é longo e não para, com uma ponte em cada cidade do país.",
        ),
        (
            "it",
            "Il fiume è lungo e non si ferma, con una città che si specchia nel lago.",
        ),
        (
            "nl",
            "De rivier is lang en het water stroomt van de bergen naar zee.",
        ),
        ("pl", "Rzeka jest długa i nie zatrzymuje się w górach."),
        ("tr", "Nehir uzun ve bu su için bir yol gibi akar."),
        ("uk", "Річка тече до моря і не зупиняється."),
        ("ru", "Река течёт к морю и не останавливается."),
        ("fa", "رودخانه از کوه به سوی دریا می‌رود و گاه پر آب است."),
        ("he", "הנהר זורם אל הים."),
        ("ko", "강은 바다로 흐른다."),
        ("el", "Το ποτάμι κυλά προς τη θάλασσα."),
    ] {
        assert_eq!(language_of(text), Some(language), "{text}");
    }
    assert_eq!(language_of("1233 km"), None);
    assert_eq!(language_of("🎉"), None);
}

#[test]
fn a_sentence_has_the_language_of_its_block_and_a_short_one_that_of_what_was_before() {
    let mut script = Script::new(words(), 1.0);
    script.take("Der Satz auf Deutsch ist nicht lang und das ist gut.\n\nOK.\n\nThe river is long and it flows to the sea.", true);
    let mut out = Vec::new();
    drain(&mut script, &mut out);
    let languages: Vec<_> = out.iter().map(|sentence| sentence.language).collect();
    assert_eq!(languages, [Some("de"), Some("de"), Some("en")]);
}

#[test]
fn a_sentence_is_found_in_what_is_drawn_whatever_stands_between() {
    let drawn = "Rivers\nThe Rhine runs.\u{a0}It has 1233 km 1 of length.\nCopy\nx = 2 is a formula, and so on.";
    let find = |from, shown: &str| place(drawn, from, shown).and_then(|place| drawn.get(place));
    assert_eq!(find(0, "The Rhine runs."), Some("The Rhine runs"));
    assert_eq!(
        find(0, &format!("It has 1233 km{GAP} of length.")),
        Some("It has 1233 km 1 of length")
    );
    assert_eq!(find(20, "The Rhine runs."), None, "only forward");
    assert_eq!(find(0, &GAP.to_string()), None);
    assert_eq!(find(0, ""), None);
    assert_eq!(find(9999, "Rivers"), None);
    let japanese = "川は流れる。海へ。";
    assert_eq!(
        place(japanese, 0, "海へ。").and_then(|place| japanese.get(place)),
        Some("海へ")
    );
}

#[test]
fn every_sentence_of_a_text_is_found_in_its_plain_letters() {
    for (language, text) in LONG {
        let mut script = Script::new(words(), 1.0);
        script.take(text, true);
        let mut out = Vec::new();
        drain(&mut script, &mut out);
        let drawn: Vec<String> = crate::markdown::blocks_of(text)
            .iter()
            .map(crate::markdown::Node::plain_text)
            .collect();
        let drawn = drawn.join("\n");
        let mut from = 0;
        for sentence in out.iter().filter(|sentence| {
            sentence
                .parts()
                .any(|part| part.chars().any(char::is_alphanumeric))
        }) {
            let place = place(&drawn, from, &sentence.shown);
            from = place
                .unwrap_or_else(|| panic!("{language}: {sentence:?}"))
                .end;
        }
    }
}

#[test]
fn the_voice_speaks_the_language_of_the_text_and_is_the_chosen_one_if_it_does() {
    let voice = |name: &str, language: &str, is_local: bool, is_default: bool| Voice {
        name: name.into(),
        language: language.into(),
        is_local,
        is_default,
    };
    let voices = [
        voice("Google Deutsch", "de-DE", false, false),
        voice("Anna", "de_DE", true, false),
        voice("Petra", "de-AT", true, false),
        voice("Samantha", "en-US", true, true),
    ];
    let wished = ["de-AT".to_owned()];
    let name = |chosen: &str, language: &str, wished: &[String]| {
        best_voice(&voices, chosen, language, wished).map(|at| voices[at].name.clone())
    };
    assert_eq!(name("auto", "de", &[]).as_deref(), Some("Anna"));
    assert_eq!(name("auto", "de", &wished).as_deref(), Some("Petra"));
    assert_eq!(
        name("Google Deutsch", "de", &wished).as_deref(),
        Some("Google Deutsch")
    );
    assert_eq!(
        name("Google Deutsch", "en", &wished).as_deref(),
        Some("Samantha")
    );
    assert_eq!(name("Anna", "fr", &wished), None);
}

#[test]
fn what_is_dictated_goes_to_the_caret_and_leaves_what_is_typed() {
    let mut dictated = Dictated::new("Hello world", 5, 5);
    assert_eq!(
        dictated.hear("Hello world", 5, "", "dear"),
        ("Hello dear world".into(), 10)
    );
    let (text, caret) = dictated.hear("Hello dear world", 10, "dear old", "");
    assert_eq!((text.as_str(), caret), ("Hello dear old world", 14));
    // Somebody types an exclamation mark: what comes next stands behind it.
    assert_eq!(
        dictated.hear("Hello dear old! world", 15, "dear old", " my"),
        ("Hello dear old! my world".into(), 18)
    );
    let mut selected = Dictated::new("Ich mag 🌊 sehr", 8, 10);
    assert_eq!(
        selected.hear("", 0, "Wasser", ""),
        ("Ich mag Wasser sehr".into(), 14)
    );
    let mut wide = Dictated::new("川", 1, 1);
    assert_eq!(wide.hear("川", 1, "は長い", ""), ("川は長い".into(), 4));
}
