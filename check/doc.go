// Package check holds the nouns of slamon: what is watched and what came back.
//
// A Service is what a vendor sells. A Check is one question put to one target
// on an interval; it belongs to a service and to a Class, one of the layers of
// a disclosure sheet. Asking once gives an Outcome; an Outcome stamped with the
// check, the site and the moment of sending is a Result.
//
// An outcome has a State: Up, Degraded (answered, but too slowly or partly
// wrong), Down, or Unknown. Down means that the target failed. Unknown means
// that we could not ask: our own line was dead, no descriptor was free, the
// probe itself broke. Unknown is never counted as up and never as down.
//
// Why a state was reached is a Reason out of a small closed set. The same
// constant is the metric label, the report column and what a test expects; free
// text stands in the Evidence and never in a label.
//
// The package is pure: no clock, no sockets, no files.
package check
