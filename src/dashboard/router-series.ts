/**
 * Which series of the router a panel takes. Gauges of what is stored are taken as a maximum, never added up: several
 * routers on one database all report the same groups.
 */

export const ofRouter = 'job="alert-router"'
export const channels = `${ofRouter}, channel=~"$channel"`
export const ofTeam = `${channels}, team=~"$team"`
