// Everybody's place: the tabs of the profile, its settings, and the menu of the avatar.
import { link, when, hasLevel, isListed, isOn, since, type Entry, type Viewer } from './entry.ts'

export const profileTabs = (viewer: Viewer): readonly Entry[] => [
  link('index', 'nav.profile', 'dispatch.php/profile/index'),
  link('edit', 'nav.profile.personal', 'dispatch.php/settings/account'),
  ...when(hasLevel(viewer, 'autor'), link('settings', 'nav.profile.settings', 'dispatch.php/settings/general')),
  link('categories', 'nav.profile.categories', 'dispatch.php/settings/categories'),
  link('modules', 'nav.profile.more', 'dispatch.php/profilemodules/index'),
]

const isDeputised = (viewer: Viewer): boolean =>
  viewer.perms === 'dozent' && isOn(viewer, 'DEPUTIES_ENABLE') && isOn(viewer, 'DEPUTIES_DEFAULTENTRY_ENABLE')

/** In Stud.IP's order; the level `user` has no settings. */
export const settingsEntries = (viewer: Viewer): readonly Entry[] =>
  hasLevel(viewer, 'autor')
    ? [
        link('general', 'nav.settings.general', 'dispatch.php/settings/general'),
        link('privacy', 'nav.settings.privacy', 'dispatch.php/settings/privacy'),
        link('messaging', 'nav.settings.messaging', 'dispatch.php/settings/messaging'),
        ...when(
          isOn(viewer, 'CALENDAR_ENABLE'),
          link(
            'calendar_new',
            since(viewer, 5, 5) ? 'nav.settings.calendar' : 'nav.settings.dates',
            'dispatch.php/settings/calendar',
          ),
        ),
        ...when(
          !hasLevel(viewer, 'admin') && isOn(viewer, 'MAIL_NOTIFICATION_ENABLE'),
          link('notification', 'nav.settings.notification', 'dispatch.php/settings/notification'),
        ),
        ...when(isDeputised(viewer), link('deputies', 'nav.settings.deputies', 'dispatch.php/settings/deputies')),
        ...when(
          !since(viewer, 6, 0) && isOn(viewer, 'API_ENABLED'),
          link('api', 'nav.settings.api', 'dispatch.php/api/authorizations'),
        ),
        ...when(isListed(viewer, 'TFA_PERMS', viewer.perms), link('tfa', 'nav.settings.tfa', 'dispatch.php/tfa')),
        link('oauth2', 'nav.settings.oauth2', 'dispatch.php/api/oauth2/applications'),
        link('accessibility', 'nav.settings.accessibility', 'dispatch.php/settings/accessibility'),
      ]
    : []

/** Of the avatar's menu; logging out is not a link in every version, so it is not among them. */
export const avatarEntries = (viewer: Viewer): readonly (Entry & { readonly icon: string })[] => [
  { id: 'profile', text: 'nav.profile', path: 'dispatch.php/profile/index', icon: 'person' },
  ...(hasLevel(viewer, 'autor')
    ? ([
        { id: 'account', text: 'nav.profile.personal', path: 'dispatch.php/settings/account', icon: 'key' },
        { id: 'settings', text: 'nav.profile.settings', path: 'dispatch.php/settings/general', icon: 'admin' },
        {
          id: 'accessibility',
          text: 'nav.settings.accessibility',
          path: 'dispatch.php/settings/accessibility',
          icon: 'accessibility',
        },
      ] as const)
    : []),
]
