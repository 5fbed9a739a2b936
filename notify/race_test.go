//go:build race

package notify

const underRace = true
