// Stud.IP's navigation around our pages: where its own links lead, by version (contract §13).
import type { StudipVersion } from '../settings.ts'
import type { Perms } from '../studip/verdict.ts'
import type { TextKey } from './texts.ts'

export interface NavigationLink {
  readonly id: string
  readonly text: TextKey
  readonly path: string
  readonly active: boolean
}
export interface NavigationIcon extends NavigationLink {
  readonly icon: string
}
export interface Navigation {
  readonly top: readonly NavigationIcon[]
  readonly tabs: readonly NavigationLink[]
  readonly third: readonly NavigationLink[]
}
/** Which of Stud.IP's places a page of ours belongs to. */
export type Place = 'admin' | 'profile'

type Link = readonly [id: string, text: TextKey, path: string]

const since = (version: StudipVersion, major: number, minor: number): boolean =>
  version.major > major || (version.major === major && version.minor >= minor)

const topLinks = (version: StudipVersion, perms: Perms): readonly (readonly [...Link, icon: string])[] => [
  ['start', 'nav.start', 'dispatch.php/start', 'home'],
  [
    'browse',
    'nav.courses',
    perms === 'root' || perms === 'admin' ? 'dispatch.php/admin/courses' : 'dispatch.php/my_courses',
    'seminar',
  ],
  ['contents', 'nav.contents', 'dispatch.php/contents/overview', 'content'],
  ['messaging', 'nav.messages', 'dispatch.php/messages/overview', 'mail'],
  ['community', 'nav.community', 'dispatch.php/online/index', 'community'],
  ['profile', 'nav.profile', 'dispatch.php/profile', 'person'],
  [
    'calendar',
    'nav.planner',
    since(version, 6, 0) ? 'dispatch.php/calendar/calendar' : 'dispatch.php/calendar/single',
    'schedule',
  ],
  ['search', 'nav.search', 'dispatch.php/search/globalsearch', 'search'],
  ...(perms === 'root' ? [['admin', 'nav.admin', 'dispatch.php/admin/user/', 'admin'] as const] : []),
]

const adminTabs: readonly Link[] = [
  ['user', 'nav.admin.users', 'dispatch.php/admin/user/'],
  ['institute', 'nav.admin.institutes', 'dispatch.php/institute/basicdata/index?cid='],
  ['locations', 'nav.admin.location', 'dispatch.php/admin/semester'],
  ['config', 'nav.admin.system', 'dispatch.php/admin/plugin'],
  ['log', 'nav.admin.log', 'dispatch.php/event_log/show'],
]

const systemLinks: readonly Link[] = [
  ['plugins', 'nav.system.plugins', 'dispatch.php/admin/plugin'],
  ['roles', 'nav.system.roles', 'dispatch.php/admin/role'],
  ['datafields', 'nav.system.datafields', 'dispatch.php/admin/datafields'],
  ['configuration', 'nav.system.configuration', 'dispatch.php/admin/configuration/configuration'],
  ['coursewizardsteps', 'nav.system.wizard', 'dispatch.php/admin/coursewizardsteps'],
  ['studygroup', 'nav.system.studygroups', 'dispatch.php/course/studygroup/globalmodules'],
  ['tour', 'nav.system.tours', 'dispatch.php/tour/admin_overview'],
  ['help_content', 'nav.system.help', 'dispatch.php/help_content/admin_overview'],
  ['cronjobs', 'nav.system.cronjobs', 'dispatch.php/admin/cronjobs/schedules'],
  ['admissionrules', 'nav.system.admission', 'dispatch.php/admission/ruleadministration'],
  ['oauth2', 'nav.system.oauth2', 'dispatch.php/admin/oauth2/index'],
  ['globalsearch', 'nav.system.search', 'dispatch.php/globalsearch/settings'],
  ['cache', 'nav.system.cache', 'dispatch.php/admin/cache/settings'],
  ['specification', 'nav.system.specification', 'dispatch.php/admin/specification'],
]

const profileTabs: readonly Link[] = [
  ['index', 'nav.profile', 'dispatch.php/profile/index'],
  ['edit', 'nav.profile.personal', 'dispatch.php/settings/account'],
  ['settings', 'nav.profile.settings', 'dispatch.php/settings/general'],
  ['categories', 'nav.profile.categories', 'dispatch.php/settings/categories'],
]

const settingsLinks = (version: StudipVersion, perms: Perms): readonly Link[] => [
  ['general', 'nav.settings.general', 'dispatch.php/settings/general'],
  ['privacy', 'nav.settings.privacy', 'dispatch.php/settings/privacy'],
  ['messaging', 'nav.settings.messaging', 'dispatch.php/settings/messaging'],
  ['calendar_new', 'nav.settings.calendar', 'dispatch.php/settings/calendar'],
  ...(perms === 'root' || perms === 'admin'
    ? []
    : [['notification', 'nav.settings.notification', 'dispatch.php/settings/notification'] as const]),
  ['tfa', 'nav.settings.tfa', 'dispatch.php/tfa'],
  ['oauth2', 'nav.settings.oauth2', 'dispatch.php/api/oauth2/applications'],
  ...(since(version, 5, 3)
    ? [['accessibility', 'nav.settings.accessibility', 'dispatch.php/settings/accessibility'] as const]
    : []),
]

const mark = (links: readonly Link[], active: string, prefix = ''): readonly NavigationLink[] =>
  links.map(([id, text, path]) => ({ id: `nav_${prefix}${id}`, text, path, active: id === active }))

/** The three levels as this user sees them on Stud.IP's own pages; without a place only the first. */
export const navigation = (version: StudipVersion, perms: Perms, place: Place | undefined): Navigation => {
  const top = topLinks(version, perms).map(([id, text, path, icon]) => ({
    id: `nav_${id}`,
    text,
    path,
    icon,
    active: id === place,
  }))
  if (place === 'admin')
    return { top, tabs: mark(adminTabs, 'config', 'admin_'), third: mark(systemLinks, 'oauth2', 'admin_config_') }
  if (place === 'profile') {
    return {
      top,
      tabs: mark(profileTabs, 'settings', 'profile_'),
      third: mark(settingsLinks(version, perms), 'oauth2', 'profile_settings_'),
    }
  }
  return { top, tabs: [], third: [] }
}
