// Package alert decides who has to be told what, and when.
//
// A Condition is something that is wrong at this moment: a check that is down, an
// allowance nearly used up, a certificate about to end. Conditions are read off a
// status.Board. A Policy says which conditions matter to whom: how many failed
// probes confirm one, how long to wait, when to remind and to escalate, and within
// which window people must have been told. A Notice is one message that has become
// due, with the reason why, the moment of detection and the moment by which it must
// have been accepted.
//
// Decide takes the conditions of now and what it remembers of before, and returns
// the notices that have become due. Memory holds what was told to whom; the caller
// keeps it on disk together with the notices, so that a restart neither forgets nor
// repeats. The same condition always gives a notice with the same ID, so receivers
// can drop doubles.
//
// A Rota says who is on duty, a Dispatch which reports go out when, a Deed what a
// person did about a trouble; Prompt judges whether a vendor told its users in time.
//
// A condition has Japanese words beside its English ones (words.go). What other rooms
// make, and keep, in English is said in Japanese by InJapanese (phrase.go).
//
// The package is pure: no clock, no files, no sending.
package alert
