package check

import (
	"fmt"
	"time"
)

// Class is the layer of the disclosure sheet that a check watches (sheet row
// 54: application always; platform, server, storage and network gear every five
// minutes; security gear not at all).
type Class string

// The classes.
const (
	Application Class = "application"
	Platform    Class = "platform"
	Server      Class = "server"
	StorageGear Class = "storage"
	Network     Class = "network"
	Security    Class = "security"
)

// Classes lists every class in the order of the sheet.
var Classes = [...]Class{Application, Platform, Server, StorageGear, Network, Security}

// ParseClass accepts the words above.
func ParseClass(word string) (Class, error) {
	for _, c := range Classes {
		if word == string(c) {
			return c, nil
		}
	}
	return "", fmt.Errorf("class %q: want application, platform, server, storage, network or security", word)
}

// DefaultInterval returns the base interval of the class when the file names
// none: 10 s for application ("always"), 5 min for platform, server, storage and
// network. Security has none: zero, and the file must state one.
func (c Class) DefaultInterval() time.Duration {
	switch c {
	case Application:
		return 10 * time.Second
	case Platform, Server, StorageGear, Network:
		return 5 * time.Minute
	}
	return 0
}
