// Values of the pages on which users look after the applications they connected (contract §11.2, D10).
import type { ConnectedApplication } from '../stores/grants.ts'
import { webAddress } from './addresses.ts'
import type { Notice } from './notice.ts'

export interface ApplicationsModel {
  readonly applications: readonly ConnectedApplication[]
  readonly notice: Notice | undefined
}

export interface RevokeModel {
  readonly application: ConnectedApplication
  readonly securityToken: string
}

export interface RevokeAllModel {
  readonly count: number
  readonly securityToken: string
}

const applicationValues = (application: ConnectedApplication) => ({
  ...application,
  homepageLink: webAddress(application.homepage)?.href,
})

/** The variables of templates/applications.ejs. */
export const applicationsValues = (model: ApplicationsModel) => ({
  ...model,
  applications: model.applications.map(applicationValues),
})

/** The variables of templates/application.ejs. */
export const detailsValues = (application: ConnectedApplication) => ({ application: applicationValues(application) })
