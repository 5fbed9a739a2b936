package device

import "fmt"

// Kind is what a reading measures. The set is closed; its numbers are written to
// disk, so new kinds go at the end and none is ever reused.
type Kind uint8

// The kinds. Ratios run from 0 to 1.
const (
	NoKind           Kind = iota
	CPU                   // share of processor time that was not idle
	Memory                // share of memory in use; cache is not use
	Swap                  // share of swap space in use
	Storage               // share of a volume in use; the instance is the mount
	InBits                // received on an interface
	OutBits               // sent on an interface
	InErrors              // received packets in error
	OutErrors             // packets that could not be sent
	InDiscards            // received packets thrown away
	OutDiscards           // packets thrown away before sending
	Speed                 // of an interface
	LinkUp                // 1 when an interface that is switched on works, 0 when not
	InUse                 // share of an interface's speed received
	OutUse                // share of an interface's speed sent
	Uptime                // of the agent, or of the host where it says so
	Load                  // mean length of the run queue over a minute
	Temperature           // inside the device
	BatteryRemaining      // how long a UPS can carry its load
	OnBattery             // 1 when a UPS runs on its battery
	MemoryUsed            // bytes in use; cache is not use
	StorageUsed           // bytes in use; the instance is the mount
	Custom                // read by OID; the instance is its name
	kindCount
)

// Unit is what a value is counted in.
type Unit string

// The units.
const (
	Ratio         Unit = "ratio"
	BitsPerSecond Unit = "bit/s"
	PerSecond     Unit = "1/s"
	Seconds       Unit = "s"
	Bytes         Unit = "byte"
	Celsius       Unit = "celsius"
	Flag          Unit = "0 or 1"
	Number        Unit = "number"
)

var kinds = [kindCount]struct {
	name string
	unit Unit
}{
	NoKind:           {"none", Number},
	CPU:              {"cpu", Ratio},
	Memory:           {"memory", Ratio},
	Swap:             {"swap", Ratio},
	Storage:          {"storage", Ratio},
	InBits:           {"in_bits", BitsPerSecond},
	OutBits:          {"out_bits", BitsPerSecond},
	InErrors:         {"in_errors", PerSecond},
	OutErrors:        {"out_errors", PerSecond},
	InDiscards:       {"in_discards", PerSecond},
	OutDiscards:      {"out_discards", PerSecond},
	Speed:            {"speed", BitsPerSecond},
	LinkUp:           {"link_up", Flag},
	InUse:            {"in_use", Ratio},
	OutUse:           {"out_use", Ratio},
	Uptime:           {"uptime", Seconds},
	Load:             {"load", Number},
	Temperature:      {"temperature", Celsius},
	BatteryRemaining: {"battery_remaining", Seconds},
	OnBattery:        {"on_battery", Flag},
	MemoryUsed:       {"memory_used", Bytes},
	StorageUsed:      {"storage_used", Bytes},
	Custom:           {"custom", Number},
}

// Kinds lists every kind but NoKind, in the order of their numbers.
func Kinds() []Kind {
	all := make([]Kind, 0, kindCount-1)
	for k := NoKind + 1; k < kindCount; k++ {
		all = append(all, k)
	}
	return all
}

// String returns the word used in the file, in metrics, CSV and pages.
func (k Kind) String() string {
	if k < kindCount {
		return kinds[k].name
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Unit returns what the kind is counted in. A custom reading has the unit that
// its definition names.
func (k Kind) Unit() Unit {
	if k < kindCount {
		return kinds[k].unit
	}
	return Number
}

// ParseKind is the inverse of String; "none" is refused.
func ParseKind(word string) (Kind, error) {
	for k := NoKind + 1; k < kindCount; k++ {
		if word == kinds[k].name {
			return k, nil
		}
	}
	return NoKind, fmt.Errorf("reading %q: not one of slamon's kinds of reading", word)
}

// MarshalText encodes the kind as its word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText decodes a word as ParseKind does.
func (k *Kind) UnmarshalText(text []byte) error {
	v, err := ParseKind(string(text))
	if err == nil {
		*k = v
	}
	return err
}
