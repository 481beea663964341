#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::dialect::{Model, Recognised};

const LOCAL: &str = "http://127.0.0.1:7455";
const FAR: &str = "https://chat.test";
/// A server that only links lead to.
const FOREIGN: &str = "http://foreign.test:8080";

fn address(text: &str) -> Address {
    Address::parse(text, None).unwrap()
}

fn found(at: &str) -> Found {
    Found {
        address: address(at),
        found: Recognised {
            kind: Kind::LlamaCpp,
            model: None,
            context: None,
        },
    }
}

fn server(at: &str, models: &[&str]) -> Server {
    let models = models.iter().map(|id| Model {
        id: (*id).to_owned(),
        context: Some(id.len() as u32),
        ..Model::default()
    });
    Server {
        models: models.collect(),
        ..Server::unknown(address(at), Kind::OpenAi)
    }
}

fn start(server: &str, allowed: bool) -> Start<'_> {
    Start {
        server: Some(server),
        allowed,
        ..Start::default()
    }
}

fn last(server: &str, model: Option<&str>) -> LastServer {
    LastServer {
        server: server.to_owned(),
        kind: None,
        model: model.map(str::to_owned),
    }
}

/// The number of the one attempt among the acts, and where it leads.
fn attempt(acts: &[Act]) -> (u32, String) {
    match acts {
        [
            Act::Connect {
                attempt, address, ..
            },
        ] => (*attempt, address.to_string()),
        other => panic!("{other:?}"),
    }
}

fn searched(acts: &[Act]) -> u32 {
    match acts {
        [Act::Search(number)] => *number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_asked_for_comes_before_who_was_used_last_before_who_runs_here() {
    let start = |page: &str, server: Option<&str>, last: Option<LastServer>| {
        let mut link = Link::new(page.to_owned());
        let acts = link.start(Start {
            server,
            last,
            ..Start::default()
        });
        (acts, link.state)
    };
    let used = || Some(last("http://a.test:1", None));
    assert_eq!(
        attempt(&start(FAR, Some("http://127.0.0.1:2"), used()).0).1,
        "http://127.0.0.1:2"
    );
    assert_eq!(attempt(&start(FAR, None, used()).0).1, "http://a.test:1");
    assert_eq!(
        start(LOCAL, None, None),
        (vec![Act::Search(1)], LinkState::Looking)
    );
    assert_eq!(
        start(FAR, None, None),
        (vec![Act::Settled], LinkState::Demo)
    );
    assert_eq!(
        start(FAR, Some("demo"), used()),
        (vec![Act::Settled], LinkState::Demo)
    );
    assert_eq!(
        start(LOCAL, None, Some(last("demo", None))).1,
        LinkState::Looking
    );
    let (acts, state) = start(LOCAL, Some("ftp://a.test"), used());
    assert_eq!(acts, [Act::Settled]);
    assert!(matches!(
        state,
        LinkState::Failed {
            server: None,
            trouble: Trouble::Address(_)
        }
    ));
}

#[test]
fn a_foreign_server_that_is_named_waits_for_leave_and_no_new_start_gives_it() {
    let mut link = Link::new(LOCAL.to_owned());
    assert_eq!(link.start(start(FOREIGN, false)), []);
    assert_eq!(link.state, LinkState::Asking(address(FOREIGN)));
    // The page is configured anew while the question is open.
    assert_eq!(link.start(start(FOREIGN, false)), []);
    let acts = link.allow(true, None, false);
    assert_eq!(acts.first(), Some(&Act::Allow(FOREIGN.to_owned())));
    assert_eq!(attempt(acts.get(1..).unwrap()).1, FOREIGN);
    // A key that is pressed twice.
    assert_eq!(link.allow(true, None, false), []);
    assert_eq!(link.allow(false, None, false), []);
    // It was given once: to another path of the same server the page may go on, to another port it may not.
    attempt(&link.start(start("http://foreign.test:8080/b", false)));
    assert_eq!(link.start(start("http://foreign.test:8081", false)), []);

    let mut link = Link::new(LOCAL.to_owned());
    link.start(start(FOREIGN, false));
    assert_eq!(searched(&link.allow(false, None, false)), 1);
    // It was not given for the next time.
    assert_eq!(link.start(start(FOREIGN, false)), []);
    let mut link = Link::new(FAR.to_owned());
    link.start(start(FOREIGN, false));
    assert_eq!(link.allow(false, None, false), [Act::Settled]);
    assert_eq!(link.state, LinkState::Demo);
    // Who may choose no server is not given another one either.
    let mut link = Link::new(LOCAL.to_owned());
    link.start(start(FOREIGN, false));
    assert_eq!(link.allow(false, None, true), [Act::Settled]);
    assert_eq!(link.state, LinkState::Demo);
}

#[test]
fn leave_that_was_given_before_and_a_choice_of_the_person_are_not_asked_for() {
    let mut link = Link::new(FAR.to_owned());
    attempt(&link.start(start(FOREIGN, true)));
    let mut link = Link::new(FAR.to_owned());
    attempt(&link.connect(address(FOREIGN), None, None));
    attempt(&link.start(start(FOREIGN, false)));
    // A page without a host, as a file or in a sandbox, has no server of its own.
    for page in ["null", ""] {
        let mut link = Link::new(page.to_owned());
        assert_eq!(link.start(start(FOREIGN, false)), []);
        attempt(&link.start(start(LOCAL, false)));
    }
}

#[test]
fn the_pages_own_host_and_this_computer_are_contacted_at_once() {
    for to in [
        "https://chat.test/llm",
        "/llm",
        "http://127.0.0.1:8080",
        "http://localhost:1234",
    ] {
        let mut link = Link::new(FAR.to_owned());
        attempt(&link.start(start(to, false)));
    }
}

#[test]
fn the_newest_attempt_wins_even_at_the_same_address() {
    let mut link = Link::new(LOCAL.to_owned());
    let (first, _) = attempt(&link.connect(address(LOCAL), None, None));
    let (second, _) = attempt(&link.connect(address(LOCAL), Some(Kind::Ollama), None));
    assert_eq!(
        link.connected(first, server(LOCAL, &["old"]), None, None),
        []
    );
    assert_eq!(link.failed(first, None, Trouble::Unloaded), []);
    assert_eq!(link.state, LinkState::Connecting(address(LOCAL)));
    let acts = link.connected(second, server(LOCAL, &["new"]), None, None);
    assert_eq!(acts.len(), 2);
    assert_eq!(link.state.server().unwrap().model_id().unwrap(), "new");
    assert_eq!(link.failed(second, None, Trouble::Unloaded), []);
}

#[test]
fn the_model_is_the_wished_one_else_the_last_one_where_the_server_has_it() {
    let check = |wished: Option<&str>, used: &LastServer, expect: Option<&str>| {
        let mut link = Link::new(LOCAL.to_owned());
        let (number, _) = attempt(&link.connect(address(LOCAL), None, None));
        let wished = wished.map(str::to_owned);
        let acts = link.connected(
            number,
            server(LOCAL, &["a", "b"]),
            wished,
            Some(used.clone()),
        );
        assert_eq!(link.state.server().unwrap().model.as_deref(), expect);
        let Some(Act::Remember(kept)) = acts.first() else {
            panic!("{acts:?}");
        };
        assert_eq!(
            (kept.server.as_str(), kept.model.as_deref()),
            (LOCAL, expect)
        );
    };
    check(None, &last(LOCAL, Some("b")), Some("b"));
    check(None, &last(LOCAL, Some("gone")), None);
    check(None, &last(FAR, Some("b")), None);
    check(Some("c"), &last(LOCAL, Some("b")), Some("c"));
}

#[test]
fn a_server_of_models_that_has_none_is_a_trouble_and_is_remembered() {
    let mut link = Link::new(LOCAL.to_owned());
    let (number, _) = attempt(&link.connect(address(LOCAL), None, None));
    let ollama = Server::unknown(address(LOCAL), Kind::Ollama);
    let acts = link.connected(number, ollama, None, None);
    assert!(matches!(acts[..], [Act::Remember(_), Act::Settled]));
    assert!(matches!(
        link.state,
        LinkState::Failed {
            server: Some(_),
            trouble: Trouble::NoModels
        }
    ));
}

#[test]
fn the_first_that_is_found_is_connected_unless_somebody_was_chosen_meanwhile() {
    let mut link = Link::new(LOCAL.to_owned());
    let number = searched(&link.start(Start::default()));
    let acts = link.found(number, vec![found(LOCAL), found("http://127.0.0.1:1")]);
    assert!(
        matches!(&acts[..], [Act::Connect { said: None, guess: Some(Kind::LlamaCpp), address, .. }] if address.to_string() == LOCAL)
    );
    // The demo gives way where the person looks for a server...
    link.use_demo();
    let number = searched(&link.search());
    attempt(&link.found(number, vec![found(LOCAL)]));
    // ... but not where the person then chooses it again.
    link.use_demo();
    let number = searched(&link.search());
    link.use_demo();
    assert_eq!(link.found(number, vec![found(LOCAL)]), []);
    assert_eq!(link.state, LinkState::Demo);
    assert_eq!(link.servers().unwrap().len(), 1, "they are listed");
}

#[test]
fn a_look_beside_a_server_changes_nothing_but_the_list() {
    let mut link = Link::new(LOCAL.to_owned());
    let (number, _) = attempt(&link.connect(address(FAR), None, None));
    link.connected(number, server(FAR, &["a"]), None, None);
    let before = link.state.clone();
    let older = searched(&link.search());
    let newer = searched(&link.search());
    assert_eq!(link.found(older, vec![found(LOCAL)]), []);
    assert_eq!(link.servers(), None);
    assert_eq!(link.found(newer, Vec::new()), []);
    assert_eq!(link.servers(), Some(&[][..]));
    assert_eq!(link.state, before);
}

#[test]
fn where_nobody_runs_here_the_demo_answers() {
    let mut link = Link::new(LOCAL.to_owned());
    let number = searched(&link.start(Start::default()));
    assert_eq!(link.found(number, Vec::new()), [Act::Settled]);
    assert_eq!(link.state, LinkState::Demo);
}

#[test]
fn a_server_is_named_by_its_kind_and_its_model_without_path_and_ending() {
    let mut server = server("http://a.test:8080", &["models/tiny.Q4.gguf", "big"]);
    assert_eq!(server.model_name(), "tiny.Q4");
    server.use_model("big".to_owned());
    assert_eq!(
        (server.model_name().as_str(), server.context),
        ("big", Some(3))
    );
    server.use_model("unheard/of.gguf".to_owned());
    assert_eq!(
        (server.model_name().as_str(), server.context),
        ("of", Some(3))
    );
    assert_eq!(Server::unknown(address(FAR), Kind::OpenAi).model_name(), "");
}

/// What can happen to a link.
#[derive(Debug, Clone)]
enum Step {
    Start(Option<&'static str>, bool),
    Allow(bool),
    Connect(&'static str),
    BadAddress,
    UseDemo,
    Search,
    /// The answer to one of all searches that ever began.
    Found(prop::sample::Index, usize),
    /// The answer to one of all attempts that ever began.
    Connected(prop::sample::Index),
    Failed(prop::sample::Index),
    Unloaded,
    UseModel,
    Context(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    let server = prop::sample::select(vec![
        None,
        Some("demo"),
        Some("/llm"),
        Some("http://127.0.0.1:1"),
        Some("no address"),
    ]);
    prop_oneof![
        (server, any::<bool>()).prop_map(|(server, allowed)| Step::Start(server, allowed)),
        Just(Step::Start(Some(FOREIGN), false)),
        any::<bool>().prop_map(Step::Allow),
        prop::sample::select(vec!["http://127.0.0.1:1", "http://b.test:2"]).prop_map(Step::Connect),
        Just(Step::BadAddress),
        Just(Step::UseDemo),
        Just(Step::Search),
        (index(), 0_usize..3).prop_map(|(at, count)| Step::Found(at, count)),
        index().prop_map(Step::Connected),
        index().prop_map(Step::Failed),
        Just(Step::Unloaded),
        Just(Step::UseModel),
        any::<u32>().prop_map(Step::Context),
    ]
}

/// A link with hands that answer when they like, and more than once.
struct Hands {
    link: Link,
    searches: Vec<u32>,
    /// Each attempt that ever began, and where it led.
    attempts: Vec<(u32, Address)>,
    /// The one that may still win.
    open: Option<u32>,
}

impl Hands {
    fn take(&mut self, step: &Step) -> Vec<Act> {
        let attempt = |at: &prop::sample::Index, all: &[(u32, Address)]| {
            (!all.is_empty()).then(|| at.get(all).clone())
        };
        let link = &mut self.link;
        match step {
            Step::Start(server, allowed) => link.start(Start {
                server: *server,
                allowed: *allowed,
                ..Start::default()
            }),
            Step::Allow(yes) => link.allow(*yes, None, false),
            Step::Connect(to) => link.connect(address(to), None, None),
            Step::BadAddress => link.bad_address(BadAddress::Empty),
            Step::UseDemo => link.use_demo(),
            Step::Search => link.search(),
            Step::Found(at, count) if !self.searches.is_empty() => {
                link.found(*at.get(&self.searches), vec![found(LOCAL); *count])
            }
            Step::Connected(at) => attempt(at, &self.attempts)
                .map_or(Vec::new(), |(number, to)| {
                    link.connected(number, server(&to.to_string(), &["a"]), None, None)
                }),
            Step::Failed(at) => attempt(at, &self.attempts).map_or(Vec::new(), |(number, _)| {
                link.failed(number, None, Trouble::Verdict(Verdict::Unreachable))
            }),
            Step::Unloaded => link.unloaded(),
            Step::UseModel => link.use_model("b".to_owned()),
            Step::Context(tokens) => {
                link.has_context(*tokens);
                Vec::new()
            }
            Step::Found(..) => Vec::new(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_one_connection_wins_and_nobody_waits_for_ever(
        at_home in any::<bool>(),
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let page = if at_home { LOCAL } else { FAR };
        let mut hands = Hands { link: Link::new(page.to_owned()), searches: Vec::new(), attempts: Vec::new(), open: None };
        let mut has_leave = false;
        for step in &steps {
            let before = hands.link.state.clone();
            let acts = hands.take(step);
            let state = &hands.link.state;
            match step {
                Step::Connected(_) | Step::Failed(_) if !acts.is_empty() => {
                    // The newest attempt, once, and where it led to.
                    let open = hands.open.take();
                    prop_assert!(open.is_some(), "two answers won");
                    let (_, to) = hands.attempts.iter().find(|(number, _)| Some(*number) == open).unwrap();
                    prop_assert_eq!(&before, &LinkState::Connecting(to.clone()));
                    prop_assert_eq!(state.address(), Some(to));
                }
                Step::Connected(_) | Step::Failed(_) => prop_assert_eq!(state, &before),
                Step::Found(..) | Step::Search | Step::UseModel | Step::Context(_) => {}
                // A question that stays open stays.
                _ if *state == before && acts.is_empty() => {}
                // The person, or the page, has decided: no older attempt counts.
                _ => hands.open = None,
            }
            for act in &acts {
                match act {
                    Act::Connect { attempt, address: to, .. } => {
                        has_leave |= matches!(step, Step::Allow(true)) && before == LinkState::Asking(to.clone());
                        prop_assert!(to.to_string() != FOREIGN || has_leave, "contacted without leave");
                        prop_assert!(!hands.attempts.iter().any(|(number, _)| number == attempt));
                        hands.attempts.push((*attempt, to.clone()));
                        hands.open = Some(*attempt);
                    }
                    Act::Search(number) => hands.searches.push(*number),
                    Act::Allow(origin) => prop_assert!(origin == FOREIGN && matches!(step, Step::Allow(true))),
                    Act::Remember(_) => {}
                    Act::Settled => prop_assert!(!state.is_open()),
                }
            }
            // What is open has somebody who will answer.
            match state {
                LinkState::Connecting(_) => prop_assert!(hands.open.is_some()),
                LinkState::Looking => prop_assert!(hands.link.chooses && hands.link.found.is_none()),
                _ => {}
            }
            prop_assert!(acts.contains(&Act::Settled) || !before.is_open() || state.is_open(), "those who wait are not told");
        }
        // All answers come in the end.
        for search in hands.searches.clone() {
            hands.link.found(search, Vec::new());
        }
        if let Some(open) = hands.open {
            hands.link.failed(open, None, Trouble::Unloaded);
        }
        let state = &hands.link.state;
        prop_assert!(!matches!(state, LinkState::Looking | LinkState::Connecting(_)), "{:?}", state);
    }
}

#[test]
fn a_choice_in_another_tab_is_followed_and_not_remembered_again() {
    let mut link = Link::new(LOCAL.to_owned());
    let acts = link.follow(&last("http://127.0.0.1:1234", Some("b")));
    let (number, to) = attempt(&acts);
    assert_eq!(to, "http://127.0.0.1:1234");
    // On the way there it is not begun anew.
    assert_eq!(link.follow(&last("http://127.0.0.1:1234", None)), []);
    let known = server("http://127.0.0.1:1234", &["a", "b"]);
    link.connected(
        number,
        known,
        None,
        Some(last("http://127.0.0.1:1234", Some("b"))),
    );
    assert_eq!(link.follow(&last("http://127.0.0.1:1234", Some("a"))), []);
    let model = link.state().server().and_then(Server::model_id);
    assert_eq!(model.as_deref(), Some("a"));
    assert_eq!(link.follow(&last(DEMO, None)), [Act::Settled]);
    assert_eq!(link.state(), &LinkState::Demo);
    assert_eq!(link.follow(&last(DEMO, None)), []);
    // What is no address changes nothing, and a question is the person's to answer.
    assert_eq!(link.follow(&last("http://", None)), []);
    link.start(start(FOREIGN, false));
    assert_eq!(link.follow(&last("http://127.0.0.1:1234", None)), []);
}

#[test]
fn a_sites_own_transport_stays_until_the_site_ends_it() {
    let mut link = Link::new("https://site.example".to_owned());
    link.start(Start {
        server: Some("https://llm.example"),
        allowed: true,
        ..Start::default()
    });
    let attempt = link.attempt;
    assert_eq!(link.use_site("Shop".to_owned()), [Act::Settled]);
    let site = LinkState::Site("Shop".to_owned());
    assert_eq!(link.state(), &site);
    assert!(!site.is_open() && site.server().is_none() && site.address().is_none());
    // What an older attempt brings, another tab, attributes that change: nothing of it counts.
    let address = Address::parse("https://llm.example", None).unwrap();
    let server = Server::unknown(address, Kind::default());
    assert_eq!(link.connected(attempt, server, None, None), []);
    assert_eq!(link.follow(&LastServer::demo()), []);
    let start = Start {
        server: Some(DEMO),
        ..Start::default()
    };
    assert_eq!(link.start(start.clone()), []);
    assert_eq!(link.state(), &site);
    link.leave_site();
    assert_eq!(link.start(start), [Act::Settled]);
    assert_eq!(link.state(), &LinkState::Demo);
    link.leave_site();
    assert_eq!(link.state(), &LinkState::Demo);
}
