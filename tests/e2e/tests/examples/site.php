<?php
/**
 * What WordPress does around a shortcode, as far as the example's plugin asks for it: a post that holds one, its attributes read as
 * WordPress reads them, and its script as a module. WordPress itself is not here.
 */

$scripts    = array();
$shortcodes = array();

function add_shortcode( $name, $how ) {
	global $shortcodes;
	$shortcodes[ $name ] = $how;
}

function wp_enqueue_script_module( $id, $address, $needs, $version ) {
	global $scripts;
	$scripts[ $id ] = $address;
}

function esc_attr( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES, 'UTF-8' );
}

function attributes( $text ) {
	$found = array();
	preg_match_all( '/([\w-]+)\s*=\s*"([^"]*)"|(\S+)/', $text, $parts, PREG_SET_ORDER );
	foreach ( $parts as $part ) {
		if ( isset( $part[3] ) ) {
			$found[] = $part[3];
		} else {
			$found[ strtolower( $part[1] ) ] = $part[2];
		}
	}
	return $found;
}

require $argv[1];

// The post of an author who tries more than is allowed.
$post = '<p>Below is a chat.</p>'
	. '[rill server="demo" greeting="What is &lt;left&gt; open?" storage="none" lock onfocus="alert(1)" style="display: none"]';
$post = preg_replace_callback(
	'/\[(\w+) ([^\]]*)\]/',
	function ( $found ) {
		global $shortcodes;
		return $shortcodes[ $found[1] ]( attributes( html_entity_decode( $found[2] ) ) );
	},
	$post
);

echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>A post</title><body>', $post;
foreach ( $scripts as $id => $address ) {
	printf( '<script type="module" src="%s" id="%s-js-module"></script>', esc_attr( $address ), esc_attr( $id ) );
}
echo "</body></html>\n";
