package config

import (
	"slices"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// SNMP is what the file says of devices.
type SNMP struct {
	Profiles    string               // directory with profiles of the user; empty for none
	Credentials []device.Credentials // in the order of the file
	Traps       Traps
	Devices     []device.Device       // in the order of the file
	Thresholds  []device.Threshold    // those of all devices first
	Capacity    []device.CapacityRule // DefaultCapacity when the file says nothing
}

// Traps says where traps are received, and from whom.
type Traps struct {
	ListenAddress string // empty for nowhere
	Accept        []device.Credentials
	PerSecond     int // of one address, in the long run
}

// The defaults of devices.
const (
	defaultWatched     = time.Minute // between polls of a device that has thresholds
	defaultSNMPTimeout = 2 * time.Second
	defaultRetries     = 2
	defaultRepetitions = 10
	defaultTrapRate    = 10
	// longestPoll bounds one poll: a device that is slower than this is not read at all.
	longestPoll = 30 * time.Second
	maxRetries  = 10
	maxTrapRate = 10_000
	snmpPort    = 161
)

// PollTimeout is how long one poll of a device may take.
func PollTimeout(interval time.Duration) time.Duration { return min(interval*9/10, longestPoll) }

// deviceReprobe is how soon an agent that did not answer is asked again, so that its
// silence has bounds closer than an interval. A tenth of the interval keeps a network
// of thousands, all silent at once, from being asked a thousand times a second.
func deviceReprobe(interval time.Duration) time.Duration {
	return min(max(interval/10, defaultReprobe), interval)
}

// DeviceChecks are the checks of the agents' liveness, one for each device, with the
// device's id. They belong to check.DevicesService: an agent that is silent is not an
// outage of anybody's service.
func (c *Config) DeviceChecks() []check.Check {
	checks := make([]check.Check, 0, len(c.SNMP.Devices))
	for _, d := range c.SNMP.Devices {
		checks = append(checks, check.Check{
			ID: check.ID(d.ID), Name: d.Name, Service: check.DevicesService, Class: d.Class,
			Interval: d.Interval, Timeout: PollTimeout(d.Interval),
			Reprobe: deviceReprobe(d.Interval), ReprobeGood: defaultReprobeGood,
			Params: check.SNMP{Device: string(d.ID), Address: d.Address},
		})
	}
	return checks
}

func (r *reader) devices(c *Config, f *file) {
	s := &c.SNMP
	s.Profiles = r.file(f.SNMP.Profiles.or(""))
	known := map[string]device.Credentials{}
	var names, ids idSet
	for i := range f.Credentials {
		cred := r.snmpCredentials(&f.Credentials[i])
		s.Credentials = append(s.Credentials, cred)
		known[cred.Name] = cred
		names.add(cred.Name)
	}
	var services idSet
	for _, service := range c.Services {
		services.add(string(service.ID))
	}
	for i := range f.Threshold {
		s.Thresholds = append(s.Thresholds, r.threshold(&f.Threshold[i].thresholdKeys, &f.Threshold[i].table, ""))
	}
	forAll := len(s.Thresholds) > 0
	for i := range f.Device {
		d := r.device(&f.Device[i], known, &names, &services, forAll)
		s.Devices = append(s.Devices, d)
		ids.add(string(d.ID))
		for k := range f.Device[i].Threshold {
			l := &f.Device[i].Threshold[k]
			s.Thresholds = append(s.Thresholds, r.threshold(&l.thresholdKeys, &l.table, d.ID))
		}
	}
	r.gaps(s)
	s.Capacity = r.capacity(f.Capacity, &ids)
	s.Traps = r.traps(f.Traps, s.Credentials, known, &names)
}

// gaps says how long a pause between readings may be, which depends on the slowest
// device that a threshold is about.
func (r *reader) gaps(s *SNMP) {
	for i := range s.Thresholds {
		t := &s.Thresholds[i]
		for _, d := range s.Devices {
			if t.Device == "" || t.Device == d.ID {
				t.MaxGap = max(t.MaxGap, d.Interval*5/2)
			}
		}
		t.MaxGap = max(t.MaxGap, minInterval)
	}
}

func (r *reader) device(f *deviceFile, known map[string]device.Credentials, names, services *idSet, forAll bool) device.Device {
	d := device.Device{
		ID:         device.ID(r.id(f.ID, "device", &f.table)),
		Class:      check.Class(r.oneOf(f.Class, "class", string(check.Server), classWords()...)),
		Context:    f.Context.v,
		Profile:    f.Profile.v,
		Unverified: f.Unverified.v,
		Timeout:    r.between(f.Timeout, "timeout", minTimeout, longestPoll, defaultSNMPTimeout),
		Retries:    int(r.within(f.Retries, "retries", 0, maxRetries, defaultRetries)),

		MaxRepetitions: int(r.within(f.MaxRepetitions, "max_repetitions", 1, 100, defaultRepetitions)),
	}
	r.tables[stated{"device", string(d.ID)}] = f.at
	if f.ID.ok {
		if first, taken := r.seen[stated{"check", f.ID.v}]; taken {
			r.complain(f.ID.at, "id = "+strconv.Quote(f.ID.v+"-snmp"), "device id %q is that of a check on line %d: both have a history of their own", f.ID.v, r.line(first))
		}
	}
	d.Name = r.display(f.Name, string(d.ID))
	if r.required(f.Address.set, &f.table, "address", `address = "192.0.2.1"`, "device %q has no address", d.ID) {
		d.Address = r.address(f.Address, "address", snmpPort, check.AnyFamily)
	}
	if r.required(f.Credentials.set, &f.table, "credentials", `credentials = "NAME", the name of an [[snmp_credentials]]`, "device %q has no credentials", d.ID) && f.Credentials.ok {
		r.known(f.Credentials, "there are no [[snmp_credentials]]", names)
		d.Credentials = known[f.Credentials.v]
	}
	if f.Service.ok {
		d.Service = check.ServiceID(f.Service.v)
		r.known(f.Service, "there is no service", services)
	}
	usual := d.Class.DefaultInterval()
	if forAll || len(f.Threshold) > 0 || usual == 0 {
		usual = defaultWatched
	}
	d.Interval = r.between(f.Interval, "interval", minInterval, maxInterval, usual)
	if d.Timeout*time.Duration(d.Retries+1) > PollTimeout(d.Interval) {
		at := f.Timeout.at
		if !f.Timeout.set {
			at = f.Interval.at
		}
		r.complain(at, "timeout = "+strconv.Quote(FormatDuration((PollTimeout(d.Interval)/time.Duration(d.Retries+2)).Round(time.Millisecond))),
			"%d requests of %s each do not fit into a poll, which may take %s", d.Retries+1, FormatDuration(d.Timeout), FormatDuration(PollTimeout(d.Interval)))
	}
	if d.Retries == 0 {
		d.Retries = -1 // none; zero is the default
	}
	d.Wanted = r.wanted(f)
	return d
}

func classWords() []string {
	words := make([]string, len(check.Classes))
	for i, c := range check.Classes {
		words[i] = string(c)
	}
	return words
}

// groups are the words of the key read.
var groups = []string{"cpu", "memory", "storage", "interfaces", "extra"}

func (r *reader) wanted(f *deviceFile) device.Wanted {
	w := device.Everything
	if f.Read != nil {
		w = device.Wanted{}
		for _, word := range f.Read {
			switch r.oneOf(word, "read", "cpu", groups...) {
			case "cpu":
				w.CPU = true
			case "memory":
				w.Memory = true
			case "storage":
				w.Storage = true
			case "interfaces":
				w.Interfaces = true
			case "extra":
				w.Extra = true
			}
		}
	}
	w.StorageExclude = device.DefaultStorageExclude
	if f.StorageExclude.ok {
		w.StorageExclude = r.pattern(f.StorageExclude, "storage_exclude")
	}
	w.InterfaceMatch = r.pattern(f.InterfaceMatch, "interface_match")
	w.InterfaceExclude = r.pattern(f.InterfaceExclude, "interface_exclude")
	w.InterfaceKinds = device.DefaultInterfaceKinds
	if len(f.InterfaceKinds) > 0 {
		w.InterfaceKinds = nil
		for _, k := range f.InterfaceKinds {
			if kind := r.kindOf(k, "interface_kinds", kindWords(device.DefaultInterfaceKinds)); kind != device.NoKind {
				w.InterfaceKinds = append(w.InterfaceKinds, kind)
			}
		}
	}
	for i := range f.Object {
		w.Custom = append(w.Custom, r.object(&f.Object[i], w.Custom))
	}
	return w
}

// objectUnits are what an object by OID may be counted in.
var objectUnits = []device.Unit{device.Number, device.Ratio, device.BitsPerSecond, device.PerSecond, device.Seconds, device.Bytes, device.Celsius, device.Flag}

func (r *reader) object(f *objectFile, before []device.CustomObject) device.CustomObject {
	words := make([]string, len(objectUnits))
	for i, u := range objectUnits {
		words[i] = string(u)
	}
	o := device.CustomObject{
		Name: f.Name.v, OID: f.OID.v, Counter: f.Counter.v,
		Unit: device.Unit(r.oneOf(f.Unit, "unit", string(device.Number), words...)),
	}
	if r.required(f.Name.set, &f.table, "name", `name = "fan-speed"`, "this object has no name") && f.Name.ok {
		if o.Name == "" || len(o.Name) > device.InstanceLimit {
			r.complain(f.Name.at, `name = "fan-speed"`, "name %s: want 1 to %d bytes", quote(o.Name), device.InstanceLimit)
		}
		if slices.ContainsFunc(before, func(b device.CustomObject) bool { return b.Name == o.Name }) {
			r.complain(f.Name.at, "name = "+strconv.Quote(o.Name+"-2"), "the name %s is taken by another object of the device", quote(o.Name))
		}
	}
	if r.required(f.OID.set, &f.table, "oid", `oid = "1.3.6.1.2.1.1.3.0"`, "this object has no oid") && f.OID.ok && !oidSyntax.MatchString(o.OID) {
		r.complain(f.OID.at, `oid = "1.3.6.1.2.1.1.3.0"`, "oid %s: want numbers with dots between them", quote(o.OID))
	}
	if f.Scale.set {
		if v, ok := r.amount(f.Scale, "scale", device.Celsius); ok && v == 0 {
			r.complain(f.Scale.at, "scale = 1", "scale 0 makes every reading zero")
		} else {
			o.Scale = v
		}
	}
	return o
}

// kindWords are the words of some kinds, of all when there are none.
func kindWords(kinds []device.Kind) []string {
	if kinds == nil {
		kinds = device.Kinds()
	}
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = k.String()
	}
	return words
}

// kindOf reads a kind of reading.
func (r *reader) kindOf(f field[string], key string, words []string) device.Kind {
	if !f.ok {
		return device.NoKind
	}
	k, err := device.ParseKind(r.oneOf(f, key, words[0], words...))
	if err != nil {
		return device.NoKind
	}
	return k
}
