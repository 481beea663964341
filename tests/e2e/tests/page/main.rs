//! The built page in Chromium, against the lab. `cargo xtask test --e2e` runs all; `cargo test -p e2e -- WORD` those with WORD in their names.

mod ai4artsed;
mod compatible;
mod doors;
mod ends;
mod halo;
mod images;
mod jarvis;
mod llama_chat;
mod look;
mod qolaba;
mod safe;
mod settings;
mod talk;
mod tokens;
mod ways;

fn main() -> std::process::ExitCode {
    e2e::suite::main(e2e::cases![
        talk::a_conversation_with_koboldcpp_makes_no_preflight,
        talk::a_conversation_with_llamacpp_makes_no_preflight,
        talk::a_conversation_with_ollama_makes_no_preflight,
        talk::stop_reaches_koboldcpp_by_its_abort_with_the_genkey,
        talk::stop_reaches_the_others_by_the_closed_connection,
        talk::a_server_that_wants_json_is_asked_in_plain_text_only_once,
        talk::a_key_goes_to_its_own_server_and_to_no_other,
        talk::recorded_servers_are_shown_as_they_spoke,
        talk::however_the_bytes_come_the_text_is_the_same,
        talk::thinking_is_apart_from_the_answer,
        talk::retry_asks_again_and_continue_goes_on,
        ends::complete,
        ends::empty,
        ends::stopped,
        ends::superseded,
        ends::a_flood_of_the_older_leaves_nothing_in_the_newer,
        ends::cut,
        ends::stalled,
        ends::refused,
        ends::broken,
        ends::no_end_eats_the_text_before_it,
        look::a_paced_young_reply_is_shown_to_its_last_letter,
        look::the_first_view_loads_nothing_that_only_a_conversation_needs,
        look::a_part_that_cannot_be_loaded_is_named_and_the_words_are_kept,
        look::what_is_sent_while_the_page_still_loads_is_sent_once,
        look::less_motion_means_no_pacing,
        look::a_selection_in_a_finished_paragraph_survives,
        look::two_elements_on_one_page_do_not_meet,
        look::removal_drops_everything,
        look::a_narrow_window_never_scrolls_sideways,
        look::everything_can_be_done_with_the_keyboard,
        look::a_person_who_scrolls_up_is_left_alone,
        look::the_page_tells_what_it_does_while_the_prompt_is_read,
        look::a_huge_line_and_very_many_tokens_lose_nothing,
        qolaba::qolaba_is_asked_in_json_with_its_key,
        qolaba::qolabas_failures_are_told_in_its_own_words,
        ai4artsed::ai4artsed_answers_a_get_and_is_asked_once,
        ai4artsed::ai4artseds_routes_of_today_are_taken_where_the_seeds_are_gone,
        ai4artsed::ai4artseds_lost_pieces_are_repaired_and_its_end_cuts_off_no_typewriter,
        ai4artsed::ai4artsed_may_decline_fail_or_refuse,
        ai4artsed::ai4artsed_is_stopped_by_closing_and_never_runs_again,
        jarvis::jarvis_works_behind_a_path_of_the_pages_own_host,
        jarvis::jarvis_is_found_by_what_it_answers,
        jarvis::jarvis_is_stopped_by_the_trace_id_that_it_told,
        jarvis::a_newer_question_to_jarvis_takes_the_place_of_the_older,
        jarvis::jarviss_last_word_and_its_failures_are_shown,
        compatible::vllm_is_asked_in_json,
        compatible::textgen_is_asked_in_json,
        compatible::llama_cpp_python_is_asked_in_json,
        compatible::litellm_is_asked_without_a_preflight,
        compatible::openrouter_is_asked_without_a_preflight,
        compatible::lm_studio_streams_in_its_own_words_first,
        compatible::an_older_lm_studio_is_asked_in_openais_words,
        compatible::lm_studio_tells_how_the_prompt_is_read,
        compatible::failures_in_the_middle_are_told_as_each_server_tells_them,
        compatible::comments_and_pings_hold_the_clocks_back,
        compatible::each_servers_field_of_thinking_is_read_once,
        doors::the_demo_answers_without_any_server,
        doors::the_address_decides_what_the_page_does,
        doors::a_link_to_a_foreign_server_asks_first,
        doors::servers_on_this_computer_are_found_by_simple_gets,
        doors::a_bad_address_gets_a_sentence,
        settings::settings_reach_the_server_and_are_kept_for_it,
        settings::what_a_server_does_not_take_is_greyed_out_and_says_so,
        settings::a_mistake_in_the_settings_gets_a_sentence_and_is_not_sent,
        settings::a_template_that_is_chosen_formats_the_prompt,
        settings::context_and_style_stand_beside_the_prompt,
        settings::ai4artsed_can_be_asked_for_each_of_its_tasks,
        settings::young_readers_see_no_settings,
        tokens::probabilities_grow_with_the_text_that_is_shown,
        tokens::attention_is_shown_as_the_words_that_were_looked_at,
        tokens::koboldcpp_is_asked_for_its_tokens_at_the_end,
        images::pictures_go_out_as_each_server_takes_them,
        images::what_cannot_be_seen_is_refused_with_a_word,
        ways::the_way_in_use_is_shown_and_another_can_be_chosen,
        ways::where_nothing_comes_until_the_end_the_next_message_goes_another_way,
        ways::a_wrong_guess_of_the_kind_is_put_right_and_kept,
        ways::a_page_that_is_closed_stops_the_reply_by_the_servers_own_id,
        safe::markup_of_a_model_is_text,
        safe::only_safe_links_are_links,
        safe::images_from_elsewhere_wait_for_a_click,
        halo::twenty_turns_over_two_transports_never_hang,
        halo::stop_reaches_halo_by_its_abort_and_by_closing,
        halo::where_nothing_streams_halo_is_asked_what_it_has,
        halo::a_socket_that_fails_says_so,
        llama_chat::llama_chat_talks_over_its_socket,
        llama_chat::llama_chat_without_its_socket_streams_events,
        llama_chat::llama_chat_without_a_stream_is_watched_until_it_is_silent,
        llama_chat::llama_chats_ends_are_told_apart,
    ])
}
