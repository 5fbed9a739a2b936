// Package browser drives one Chromium through the steps of a user.
//
// A Browser is one process group with a profile of its own in a temporary
// directory, spoken to over a pipe: no port is opened that others on this host
// could connect to. Start makes it, Do makes one step, Close kills all of its
// processes and removes the directory. Everything that a page can send us is
// bounded: messages, console lines, the picture, and the memory of the processes.
//
// What a step looks for is evaluated in an isolated world of the page
// (Page.createIsolatedWorld): the page's own scripts cannot see or fake it.
// Clicks and keys are sent as input events, as those of a user. A step takes place in a
// window, the first one or one that the page has opened, and there in the page or in a
// frame of it; a frame of another site has a process, and a target, of its own.
//
// Of a console, so many messages are read and no more: Chromium is then told to keep what
// a page writes to itself until another one is opened, and asked for the last lines of it
// when a step has failed.
//
// A Fault says whether the target failed or we could not ask. A browser that is
// absent, does not start, breaks or needs too much memory is our own trouble.
package browser
