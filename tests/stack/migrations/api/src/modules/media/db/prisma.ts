// What the main API has in schema public beside its tables. Drizzle Kit's filters are for tables only: a push drops every
// type and sequence of the schema that it does not know, or fails at the first one in use (and ends with exit code 0), so
// they are named here. A migration that adds or changes one changes this file too.
import { pgEnum, pgSequence } from 'drizzle-orm/pg-core'

export const userRole = pgEnum('UserRole', ['SUPER_ADMIN', 'CAMPAIGN_ADMIN', 'MAP_ADMIN', 'VOLUNTEER', 'SUPPORTER'])
export const userStatus = pgEnum('UserStatus', ['ACTIVE', 'INVITED', 'SUSPENDED', 'EXPIRED'])
export const campaignStatus = pgEnum('CampaignStatus', ['DRAFT', 'ACTIVE', 'PAUSED', 'ARCHIVED'])
export const governmentLevel = pgEnum('GovernmentLevel', ['FEDERAL', 'PROVINCIAL', 'MUNICIPAL', 'SCHOOL_BOARD'])
export const emailMethod = pgEnum('EmailMethod', ['SMTP', 'MAILTO'])
export const emailStatus = pgEnum('EmailStatus', ['QUEUED', 'SENT', 'OPENED', 'BOUNCED', 'FAILED'])
export const responseType = pgEnum('ResponseType', ['EMAIL', 'LETTER', 'PHONE_CALL', 'MEETING', 'SOCIAL_MEDIA'])
export const responseStatus = pgEnum('ResponseStatus', ['PENDING', 'APPROVED', 'REJECTED'])
export const callOutcome = pgEnum('CallOutcome', ['ANSWERED', 'VOICEMAIL', 'NO_ANSWER', 'WRONG_NUMBER'])
export const supportLevel = pgEnum('SupportLevel', ['STRONG', 'LEANING', 'UNDECIDED', 'OPPOSED'])
export const geocodeProvider = pgEnum('GeocodeProvider', ['NOMINATIM', 'MAPBOX', 'ARCGIS', 'MANUAL'])
export const historyAction = pgEnum('HistoryAction', ['CREATED', 'MOVED', 'EDITED', 'MERGED'])
export const shiftStatus = pgEnum('ShiftStatus', ['OPEN', 'FULL', 'DONE', 'CANCELLED'])
export const signupStatus = pgEnum('SignupStatus', ['CONFIRMED', 'WAITLISTED', 'CANCELLED'])
export const cutCategory = pgEnum('CutCategory', ['POLL', 'WARD', 'NEIGHBOURHOOD', 'CUSTOM'])
export const sessionStatus = pgEnum('SessionStatus', ['RUNNING', 'COMPLETED', 'ABANDONED'])
export const visitOutcome = pgEnum('VisitOutcome', ['SPOKE_WITH', 'NOT_HOME', 'REFUSED', 'MOVED_AWAY', 'LEFT_LITERATURE'])
export const templateCategory = pgEnum('TemplateCategory', ['ACCOUNT', 'CAMPAIGN', 'SHIFT', 'SYSTEM'])
export const trackPointsId = pgSequence('track_points_id_seq')
