package config

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

func (r *reader) services(c *Config, f *file, paces map[check.Class]pace) {
	if len(f.Service) == 0 && len(f.Device) == 0 && len(r.complaints) == 0 {
		r.complain(0, "add [[service]] with a [[service.check]]; config.example.toml shows how", "the file has no service: there is nothing to watch")
	}
	c.Services = make([]check.Service, len(f.Service))
	for i := range f.Service {
		c.Services[i] = r.service(&f.Service[i], paces)
	}
	for i := range f.Service {
		c.Claims = append(c.Claims, r.claims(c, &c.Services[i], &f.Service[i])...)
	}
}

func (r *reader) service(f *serviceFile, paces map[check.Class]pace) check.Service {
	s := check.Service{
		ID:     check.ServiceID(r.id(f.ID, "service", &f.table)),
		Vendor: f.Vendor.v,
		Note:   f.Note.v,
		Public: f.Public.v,
	}
	if s.ID == check.OwnNetworkService {
		r.complain(f.ID.at, "put the checks of your own network into [[own_network.anchor]]", "service id %q is reserved", s.ID)
	}
	if s.ID == check.DevicesService {
		r.complain(f.ID.at, `id = "our-devices"`, "service id %q is reserved for what is in [[device]]", s.ID)
	}
	s.Name = r.display(f.Name, string(s.ID))
	if len(f.Check) == 0 && !slices.Contains(f.meant, "check") {
		r.complain(f.at, "add a [[service.check]] below it", "service %q has no check", s.ID)
	}
	s.Checks = make([]check.Check, len(f.Check))
	for i := range f.Check {
		s.Checks[i] = r.check(&f.Check[i], s.ID, paces)
	}
	return s
}

// maxName bounds display names: they stand in tables, and notices.
const maxName = 200

// display reads a name for people; the id serves when there is none.
func (r *reader) display(f field[string], id string) string {
	if !f.ok || f.v == "" {
		return id
	}
	if len(f.v) > maxName {
		r.complain(f.at, `name = "…"`, "name %s is longer than %d bytes", quote(f.v), maxName)
	}
	return f.v
}

func (r *reader) check(f *checkFile, service check.ServiceID, paces map[check.Class]pace) check.Check {
	id := r.id(f.ID, "check", &f.table)
	class := check.Application
	if f.Class.ok {
		words := make([]string, len(check.Classes))
		for i, c := range check.Classes {
			words[i] = string(c)
		}
		class = check.Class(r.oneOf(f.Class, "class", string(class), words...))
	}
	p := r.pace(&f.paceKeys, class, paces, f.at)
	params := r.params(&f.kindFiles, "check", id, &f.table)
	r.tables[stated{"check", id}] = f.at
	r.fits(&f.kindFiles, params, p.timeout)
	if f.Browser != nil {
		r.browserOften(f.Browser, p.interval)
	}
	return check.Check{
		ID:            check.ID(id),
		Name:          r.display(f.Name, id),
		Service:       service,
		Class:         class,
		Interval:      p.interval,
		Timeout:       p.timeout,
		Reprobe:       p.reprobe,
		ReprobeGood:   p.reprobeGood,
		DegradedAfter: p.degradedAfter,
		Paused:        f.Paused.v,
		Sensor:        r.sensor(f.Sensor, params),
		EveryAddress:  r.everyAddress(f.EveryAddress, params),
		Params:        params,
	}
}

// The defaults of an anchor: quick enough that our own line is known to be dead
// before a target is blamed.
const (
	anchorInterval = 10 * time.Second
	anchorTimeout  = 3 * time.Second
)

func (r *reader) ownNetwork(c *Config, f *ownNetworkFile) {
	c.Anchors = make([]check.Check, 0, len(f.Anchor))
	for i := range f.Anchor {
		c.Anchors = append(c.Anchors, r.anchor(&f.Anchor[i]))
	}
	if len(c.Anchors) == 0 {
		if f.Need.ok && f.Need.v > 0 {
			r.complain(f.Need.at, "add [[own_network.anchor]] or take need out", "need %d, but there is no anchor", f.Need.v)
		}
		return
	}
	c.Need = int(f.Need.or(1))
	if c.Need < 1 || c.Need > len(c.Anchors) {
		r.complain(f.Need.at, "need = 1", "need %d: want at least 1 and at most the number of anchors, which is %d", f.Need.v, len(c.Anchors))
	}
}

func (r *reader) anchor(f *anchorFile) check.Check {
	id := r.id(f.ID, "anchor", &f.table)
	k := paceKeys{Interval: f.Interval, Timeout: f.Timeout}
	p := pace{interval: r.between(f.Interval, "interval", minInterval, maxInterval, anchorInterval)}
	p.timeout = r.timeout(f.Timeout, p.interval, min(anchorTimeout, p.interval*9/10))
	r.coherent(&k, p)
	if f.Heartbeat != nil {
		r.complain(f.Heartbeat.at, "use icmp, tcp or dns", "an anchor must be asked: a heartbeat cannot be one")
	}
	params := r.params(&f.kindFiles, "anchor", id, &f.table)
	r.tables[stated{"anchor", id}] = f.at
	r.fits(&f.kindFiles, params, p.timeout)
	return check.Check{
		ID:       check.ID(id),
		Name:     r.display(f.Name, id),
		Service:  check.OwnNetworkService,
		Class:    check.Network,
		Interval: p.interval,
		Timeout:  p.timeout,
		Params:   params,
	}
}

func (r *reader) maintenance(c *Config, f *file) {
	var services idSet
	for _, s := range c.Services {
		services.add(string(s.ID))
	}
	for i := range f.Maintenance {
		if m, ok := r.oneMaintenance(c, &f.Maintenance[i], &services); ok {
			r.announcement(c, m, &f.Maintenance[i])
			c.Maintenance = append(c.Maintenance, m)
		}
	}
}

func (r *reader) oneMaintenance(c *Config, f *maintenanceFile, services *idSet) (Maintenance, bool) {
	m := Maintenance{Service: check.ServiceID(f.Service.v), Exclusion: sla.Exclusion{Note: f.Note.v, ID: f.ID.v, Replaces: f.Replaces.v, Source: "configuration"}}
	complete := r.required(f.Service.set, &f.table, "service", `service = "web-meeting"`, "this maintenance names no service")
	complete = r.required(f.From.set, &f.table, "from", "from = 2026-12-06T01:00:00+09:00", "this maintenance has no from") && complete
	complete = r.required(f.To.set, &f.table, "to", "to = 2026-12-06T05:00:00+09:00", "this maintenance has no to") && complete
	if f.Service.ok {
		r.known(f.Service, "there is no service", services)
	}
	if !complete || !f.From.ok || !f.To.ok {
		return m, false
	}
	m.From, m.To = f.From.v.in(c.Zone).UTC(), f.To.v.in(c.Zone).UTC()
	if !m.From.Before(m.To) {
		r.complain(f.To.at, "exchange from and to, or correct one", "this maintenance ends at %s, which is not after it begins", m.To.In(c.Zone).Format(time.RFC3339))
	}
	if f.Announced.ok {
		m.Announced = f.Announced.v.in(c.Zone).UTC()
	}
	return m, true
}

// idSet are the ids that a key can refer to.
type idSet struct {
	list []string
	set  map[string]bool
}

// add adds an id; that of a thing whose id is wrong is empty, and left out.
func (s *idSet) add(id string) {
	if id == "" {
		return
	}
	if s.set == nil {
		s.set = map[string]bool{}
	}
	s.list, s.set[id] = append(s.list, id), true
}

// maxListed bounds the ids that a remedy lists.
const maxListed = 10

// known complains about a reference to an id that is not there.
func (r *reader) known(f field[string], missing string, ids *idSet) bool {
	if ids.set[f.v] {
		return true
	}
	remedy := "use one of the ids of the file"
	if like, ok := closest(f.v, ids.list); ok {
		remedy = like + ", if that was meant"
	} else if len(ids.list) > 0 && len(ids.list) <= maxListed {
		remedy = orList(ids.list)
	}
	r.complain(f.at, remedy, "%s %s", missing, quote(f.v))
	return false
}
