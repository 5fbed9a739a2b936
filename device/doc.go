// Package device is what is read from devices by SNMP, and what it means.
//
// A Device has an address, Credentials and a list of what is Wanted. Asking it
// once gives Readings: one value of one Series at one time. A reading that is
// not known is Void, with the reason; void is a gap and never zero, because a
// zero would pull every mean down and clear every alarm.
//
// Counters become rates here. Two values of a counter are worth a rate only when
// the agent between them neither restarted nor broke the series, when the counter
// cannot have wrapped more than once, and when the result lies within what the
// line can carry. Time is the agent's own: its sysUpTime says how long the
// counting took, our clock only tells a wrap of sysUpTime from a restart.
//
// A Threshold turns readings into Crossings, with hysteresis and a flap guard; its
// state, a Watch, is a value that can be kept over restarts. A CapacityRule looks
// at whole days instead and opens a Review: something that a person decides on in
// weeks, not an alarm.
//
// The package is pure: no clock, no sockets, no files.
package device
