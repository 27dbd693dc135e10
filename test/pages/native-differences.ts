// Where our pages differ from Stud.IP's own, version by version, and why.

export type NativeVersion = '5.2.9' | '5.4.11' | '6.0.2' | '6.1' | '6.3a'

export interface AcceptedDifference {
  readonly where: RegExp
  /** All of them unless given. */
  readonly versions?: readonly NativeVersion[]
  readonly why: string
}

const since53 = ['5.4.11', '6.0.2', '6.1', '6.3a'] as const
const since60 = ['6.0.2', '6.1', '6.3a'] as const
const until54 = ['5.2.9', '5.4.11'] as const
const from52 = ['5.2.9'] as const

const script = 'works by script only, and our pages have none'
const menus = 'opens without a script, so it is another element of the same id and classes'
const landmarks = 'a landmark, so that people who hear a page find their way; looks the same'
const skip = 'Stud.IP moves the list up by script; ours is in its place at once'
const plugin = "comes from a plugin of the demo's, or from what a person switched on"
const ownList = 'more can be done here, and two thousand clients have to fit (U3)'

export const acceptedDifferences: readonly AcceptedDifference[] = [
  // The top bar
  { where: /^missing: ul > li id=quicksearch_item$/, why: script },
  { where: /^missing: .*(?:div id=notification[_-]container|li id=notification-wrapper)$/, why: script },
  { where: /^missing: ul > li id=responsive-toggle-(?:fullscreen|focusmode)$/, versions: since53, why: script },
  { where: /^missing: div id=responsive-menu > (?:div|responsive-navigation)/, versions: since53, why: script },
  { where: /^missing: div id=barBottomLeft > /, versions: from52, why: script },
  { where: /^added: div id=(?:responsive-menu|barBottomLeft) > details /, why: 'the menu of phones, without a script' },
  {
    where: /^other: .*(?:div|nav) class=action-menu avatar-menu \| details class=action-menu avatar-menu$/,
    why: menus,
  },
  { where: /^other: .* id=header_avatar_image_link .* \| summary id=header_avatar_image_link /, why: menus },
  {
    where: /^(?:missing|added): li class=action-menu-item > (?:label > input .* name=logout|button name=logout)$/,
    versions: ['6.0.2'],
    why: 'a button as in 6.1, in place of a picture that is one',
  },
  {
    where: /^other: .*div id=barBottomContainer \| div id=barBottomContainer role=banner$/,
    versions: from52,
    why: landmarks,
  },
  // The navigation
  { where: /^missing: .*li class=overflow$/, why: script },
  { where: /^missing: .*div id=non-responsive-toggle-fullscreen$/, versions: since53, why: script },
  { where: /^missing: div class=helpbar-container > div .*helpbar$/, why: script },
  {
    where: /^other: .*a id=helpbar_icon .* \| a id=helpbar_icon .*\/help\//,
    why: 'leads to the help, which opens by script in Stud.IP',
  },
  { where: /^other: .*div id=flex-header \| nav id=flex-header aria-label=…$/, versions: from52, why: landmarks },
  {
    where: /^other: .*nav class=secondary-navigation \| nav class=secondary-navigation aria-label=…$/,
    versions: from52,
    why: landmarks,
  },
  {
    where: /^other: .*ul id=(?:tabs|barTopMenu) role=navigation \| ul id=(?:tabs|barTopMenu)$/,
    versions: from52,
    why: 'that role takes the list away from people who hear it; ours has it one element up',
  },
  { where: /^missing: ul id=tabs > li id=nav_profile_consultation$/, versions: ['6.1'], why: plugin },
  // The sidebar
  {
    where: /^missing: div class=sidebar-widget-content > input type=hidden name=security_token$/,
    why: 'for entries that post; none here does',
  },
  {
    where: /^added: form .* > input type=hidden name=form_key$/,
    why: 'the same form makes one client, however often it is sent',
  },
  { where: /^missing: ul class=.*sidebar-navigation.* > li > a id=nav_config_lti /, why: plugin },
  {
    where: /^missing: ul class=.*sidebar-navigation.* > li > a id=nav_config_vips /,
    versions: since60,
    why: plugin,
  },
  {
    where: /^added: a > img class=icon-role-clickable icon-shape-add/,
    versions: [...until54, '6.0.2'],
    why: 'the icon as an element: a style attribute is against our policy',
  },
  // What only main has so far
  {
    where: /^missing: ul > li id=responsive-create-shortlink |^missing: ul > li > (?:div|a id=dummy-create-short-url )/,
    versions: ['6.3a'],
    why: script,
  },
  // Around the content
  { where: /^missing: .*ul id=skiplink_list$/, versions: since53, why: skip },
  { where: /^added: nav id=skip_link_navigation > ul id=skiplink_list$/, versions: since53, why: skip },
  {
    where: /^other: .*nav id=skip_link_navigation \| nav id=skip_link_navigation aria-label=…$/,
    versions: since53,
    why: landmarks,
  },
  {
    where: /^added: div id=layout_wrapper > nav id=skip_link_navigation aria-label=…$/,
    versions: from52,
    why: '5.2 makes it by script',
  },
  { where: /^missing: .*section id=notes_for_screenreader class=sr-only$/, versions: since53, why: script },
  { where: /^missing: .*a id=scroll-to-top class=hide$/, why: script },
  {
    where: /^missing: main id=content-wrapper > div/,
    versions: since60,
    why: 'shows messages by script; ours stand in the page',
  },
  { where: /^other: .*div id=layout_content \| main id=layout_content$/, versions: from52, why: landmarks },
  {
    where: /^added: div id=layout_content > h1 class=sr-only$/,
    versions: from52,
    why: 'a heading for people who hear the page, as in every later version',
  },
  {
    where: /^missing: div id=layout_content > div class=messagebox messagebox_info /,
    versions: from52,
    why: 'told root of an update that was waiting',
  },
  // The consent page
  {
    where: /^other: body id=api-oauth2-authorize-index \| body id=api-oauth2-authorize-index class=no-sidebar$/,
    why: 'says without a script that there is no sidebar',
  },
  {
    where: /^missing: body id=api-oauth2-authorize-index > (?:aside id=sidebar|footer id=main-footer) /,
    versions: since53,
    why: 'hidden there by the stylesheet',
  },
  {
    where:
      /^(?:missing|added|other): div id=layout_(?:page|wrapper) > (?:div id=layout_(?:page|container)|footer id=layout_footer)/,
    versions: from52,
    why: 'Stud.IP has its wrapper twice there, and hides the footer by the stylesheet',
  },
  // Errors
  {
    where: /^(?:missing|added|other): div id=(?:layout_)?content > h1/,
    versions: [...from52, ...since53],
    why: 'the title of an error can be seen, whoever is logged in or not',
  },
  { where: /^other: .*div role=status \| div role=alert$/, why: 'an error is read out at once' },
  { where: /^missing: div role=status > div class=messagebox_details$/, why: 'held the name of a class of Stud.IP' },
  { where: /^missing: div class=messagebox_buttons > a class=close role=button → #$/, versions: until54, why: script },
  { where: /^other: .*> p \| p class=buttons$/, why: 'a button, as on our other pages' },
  {
    where: /^other: p > a → ~\/index\.php \| a class=button → ~\/dispatch\.php\/start$/,
    why: 'to the start page without the detour',
  },
  // The form for a new client
  { where: /^added: fieldset > small$/, why: 'says what a redirect URI looks like' },
  {
    where: /^missing: label for=oauth2-clients-confidentiality--public > span$/,
    versions: ['5.2.9', '5.4.11', '6.1', '6.3a'],
    why: 'an element around one of two texts, without a class',
  },
  // The administration
  { where: /^missing: h1 > a name=setup$/, why: 'a target that nothing leads to' },
  {
    where: /^added: article class=admin-oauth2--setup studip > section > h2$/,
    why: 'the addresses that developers ask for',
  },
  {
    where: /^added: li > (?:span|img class=icon-role-accept icon-shape-accept)/,
    why: 'path and tick as elements of their own',
  },
  { where: /^added: div id=(?:layout_)?content > (?:p|h2|form|table)/, why: "what our pages offer beyond Stud.IP's" },
  { where: /^missing: div id=(?:layout_)?content > article class=studip$/, why: ownList },
  { where: /^added: div id=(?:layout_)?content > div > table class=default$/, why: ownList },
  // The footer
  {
    where: /^other: li > a → (\S+)\?cancel_login=1 \| a → \1$/,
    versions: ['6.1'],
    why: 'an address of another site gets no parameter of Stud.IP',
  },
]
