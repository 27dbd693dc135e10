// The first level: where Stud.IP's icons lead, by version, level and configuration (contract §13).
import { hasLevel, isOn, since, when, type IconEntry, type Viewer } from './entry.ts'

/** Timetable or calendar; until 5.4 neither where both are off. */
const calendarPath = (viewer: Viewer): string | undefined => {
  if (!hasLevel(viewer, 'admin') && isOn(viewer, 'SCHEDULE_ENABLE'))
    return since(viewer, 6, 0) ? 'dispatch.php/calendar/schedule/index' : 'dispatch.php/calendar/schedule'
  if (since(viewer, 5, 5)) return `dispatch.php/calendar/calendar?defaultDate=${viewer.today}`
  return isOn(viewer, 'CALENDAR_ENABLE') ? 'dispatch.php/calendar/single?self=1' : undefined
}

const adminPath = (viewer: Viewer): string =>
  hasLevel(viewer, 'root') || !isOn(viewer, 'RESTRICTED_USER_MANAGEMENT')
    ? 'dispatch.php/admin/user/'
    : 'dispatch.php/institute/basicdata/index?cid='

/** In Stud.IP's order. What the rows of a person decide (rooms, roles for modules) is not looked up: root has it all. */
export const topEntries = (viewer: Viewer): readonly IconEntry[] => {
  const isRoot = hasLevel(viewer, 'root')
  const calendar = calendarPath(viewer)
  return [
    { id: 'start', text: 'nav.start', path: 'dispatch.php/start', icon: 'home' },
    {
      id: 'browse',
      text: 'nav.courses',
      path: hasLevel(viewer, 'admin') ? 'dispatch.php/admin/courses' : 'dispatch.php/my_courses',
      icon: 'seminar',
    },
    { id: 'contents', text: 'nav.contents', path: 'dispatch.php/contents/overview', icon: 'content' },
    ...when<IconEntry>(isOn(viewer, 'OERCAMPUS_ENABLED') && hasLevel(viewer, viewer.value('OER_PUBLIC_STATUS')), {
      id: 'oer',
      text: 'nav.oer',
      path: 'dispatch.php/oer/market',
      icon: 'oer-campus',
    }),
    { id: 'messaging', text: 'nav.messages', path: 'dispatch.php/messages/overview', icon: 'mail' },
    {
      id: 'community',
      text: 'nav.community',
      path: isOn(viewer, 'BLUBBER_GLOBAL_MESSENGER_ACTIVATE') ? 'dispatch.php/blubber' : 'dispatch.php/online/index',
      icon: 'community',
    },
    { id: 'profile', text: 'nav.profile', path: 'dispatch.php/profile', icon: 'person' },
    ...when<IconEntry>(calendar !== undefined, {
      id: 'calendar',
      text: 'nav.planner',
      path: calendar ?? '',
      icon: 'schedule',
    }),
    { id: 'search', text: 'nav.search', path: 'dispatch.php/search/globalsearch', icon: 'search' },
    ...when<IconEntry>(isRoot && isOn(viewer, 'RESOURCES_ENABLE'), {
      id: 'resources',
      text: 'nav.rooms',
      path: 'dispatch.php/room_management/overview/index',
      icon: 'resources',
    }),
    ...when<IconEntry>(hasLevel(viewer, 'admin'), {
      id: 'admin',
      text: 'nav.admin',
      path: adminPath(viewer),
      icon: 'admin',
    }),
    ...when<IconEntry>(isRoot, {
      id: 'mvv',
      text: 'nav.modules',
      path: 'dispatch.php/studiengaenge/studiengaenge',
      icon: 'learnmodule',
    }),
  ]
}
