// Stud.IP's navigation around our pages: where its own links lead, by version, level and configuration (contract §13).
import { adminTabs, systemEntries } from './admin.ts'
import type { Entry, IconEntry, Viewer } from './entry.ts'
import { avatarEntries, profileTabs, settingsEntries } from './profile.ts'
import { topEntries } from './top.ts'

export interface NavigationLink extends Entry {
  readonly active: boolean
}
export interface NavigationIcon extends IconEntry {
  readonly active: boolean
}
export interface Navigation {
  readonly top: readonly NavigationIcon[]
  readonly tabs: readonly NavigationLink[]
  readonly third: readonly NavigationLink[]
  /** The avatar's menu, without logging out. */
  readonly avatar: readonly IconEntry[]
}
/** Which of Stud.IP's places a page of ours belongs to. */
export type Place = 'admin' | 'profile'

const mark = (entries: readonly Entry[], active: string, prefix: string): readonly NavigationLink[] =>
  entries.map((link) => ({ ...link, id: `nav_${prefix}_${link.id}`, active: link.id === active }))

const below = (viewer: Viewer, place: Place | undefined): Pick<Navigation, 'tabs' | 'third'> => {
  if (place === 'admin')
    return { tabs: mark(adminTabs(viewer), 'config', 'admin'), third: mark(systemEntries(viewer), 'oauth2', 'config') }
  if (place === 'profile')
    return {
      tabs: mark(profileTabs(viewer), 'settings', 'profile'),
      third: mark(settingsEntries(viewer), 'oauth2', 'settings'),
    }
  return { tabs: [], third: [] }
}

/** The three levels as this user sees them on Stud.IP's own pages; without a place only the first. */
export const navigation = (viewer: Viewer, place: Place | undefined): Navigation => ({
  top: topEntries(viewer).map((link) => ({ ...link, id: `nav_${link.id}`, active: link.id === place })),
  ...below(viewer, place),
  avatar: avatarEntries(viewer),
})
