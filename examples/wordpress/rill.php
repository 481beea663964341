<?php
/**
 * Plugin Name: Rill
 * Description: [rill server="/llm"] puts a chat with a language-model server into a post or a page.
 * Requires at least: 6.5
 */

/** Where dist/ is. */
const RILL_SCRIPT = 'https://your.host/rill/rill.js';

/** What an author may set; every other attribute (onclick, say) is left out. */
const RILL_ATTRIBUTES = array(
	'server', 'kind', 'model', 'profile', 'age', 'pace', 'lang', 'theme', 'layout', 'label', 'loading',
	'greeting', 'placeholder', 'system', 'note', 'storage', 'lock', 'lens', 'refused-words', 'time-limit',
);

add_shortcode(
	'rill',
	function ( $given ) {
		wp_enqueue_script_module( 'rill', RILL_SCRIPT, array(), null );
		$words = '';
		foreach ( (array) $given as $name => $value ) {
			// [rill lock] comes as a value without a name.
			if ( is_int( $name ) ) {
				list( $name, $value ) = array( $value, '' );
			}
			if ( in_array( $name, RILL_ATTRIBUTES, true ) ) {
				$words .= sprintf( ' %s="%s"', $name, esc_attr( $value ) );
			}
		}
		$box = isset( $given['layout'] ) && 'inline' !== $given['layout'] ? '' : ' style="block-size: 32rem"';
		return "<rill-chat{$box}{$words}></rill-chat>";
	}
);
