// Root's place: the tabs of Admin, and what stands beside OAuth2 in Admin › System.
import { link, when, isOn, since, type Entry, type Viewer } from './entry.ts'

export const adminTabs = (viewer: Viewer): readonly Entry[] => [
  link('user', 'nav.admin.users', 'dispatch.php/admin/user/'),
  link('institute', 'nav.admin.institutes', 'dispatch.php/institute/basicdata/index?cid='),
  link(
    'locations',
    'nav.admin.location',
    since(viewer, 5, 4) ? 'dispatch.php/admin/tree/rangetree' : 'admin_range_tree.php',
  ),
  link('config', 'nav.admin.system', 'dispatch.php/admin/plugin'),
  ...when(isOn(viewer, 'LOG_ENABLE'), link('log', 'nav.admin.log', 'dispatch.php/event_log/show')),
]

/** In Stud.IP's order; what has left Stud.IP is there up to its last version. */
export const systemEntries = (viewer: Viewer): readonly Entry[] => {
  const on = (field: Parameters<typeof isOn>[1]) => isOn(viewer, field)
  const until54 = !since(viewer, 5, 4)
  const until60 = !since(viewer, 6, 0)
  return [
    link('plugins', 'nav.system.plugins', 'dispatch.php/admin/plugin'),
    link('roles', 'nav.system.roles', 'dispatch.php/admin/role'),
    link('datafields', 'nav.system.datafields', 'dispatch.php/admin/datafields'),
    link('configuration', 'nav.system.configuration', 'dispatch.php/admin/configuration/configuration'),
    link('coursewizardsteps', 'nav.system.wizard', 'dispatch.php/admin/coursewizardsteps'),
    link('studygroup', 'nav.system.studygroups', 'dispatch.php/course/studygroup/globalmodules'),
    ...when(until54 && on('SMILEYADMIN_ENABLE'), link('smileys', 'nav.system.smileys', 'dispatch.php/admin/smileys')),
    ...when(on('TOURS_ENABLE'), link('tour', 'nav.system.tours', 'dispatch.php/tour/admin_overview')),
    link('help_content', 'nav.system.help', 'dispatch.php/help_content/admin_overview'),
    ...when(
      until60 && on('ELEARNING_INTERFACE_ENABLE'),
      link('elearning', 'nav.system.elearning', 'admin_elearning_interface.php'),
    ),
    ...when(
      until60 && on('WEBSERVICES_ENABLE'),
      link('webservice_access', 'nav.system.webservices', 'dispatch.php/admin/webservice_access'),
    ),
    ...when(on('CRONJOBS_ENABLE'), link('cronjobs', 'nav.system.cronjobs', 'dispatch.php/admin/cronjobs/schedules')),
    ...when(
      until54 && on('PERSONALDOCUMENT_ENABLE'),
      link('document_area', 'nav.system.documents', 'dispatch.php/document/administration'),
    ),
    link('admissionrules', 'nav.system.admission', 'dispatch.php/admission/ruleadministration'),
    ...when(until60 && on('API_ENABLED'), link('api', 'nav.system.api', 'dispatch.php/admin/api')),
    link('oauth2', 'nav.system.oauth2', 'dispatch.php/admin/oauth2/index'),
    link('globalsearch', 'nav.system.search', 'dispatch.php/globalsearch/settings'),
    link('cache', 'nav.system.cache', 'dispatch.php/admin/cache/settings'),
    link('specification', 'nav.system.specification', 'dispatch.php/admin/specification'),
  ]
}
