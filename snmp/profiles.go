package snmp

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed profiles/*.toml
var builtin embed.FS

// Generic is the profile of devices that no other one fits.
const Generic = "generic"

// Profiles are all profiles by name.
type Profiles struct{ byName map[string]*Profile }

// LoadProfiles reads the built-in profiles and then those of the user in dir, if
// it is not empty. All mistakes come at once.
func LoadProfiles(dir string) (*Profiles, error) {
	all := &Profiles{byName: make(map[string]*Profile)}
	sub, err := fs.Sub(builtin, "profiles")
	if err != nil {
		return nil, err
	}
	if err := all.add(sub); err != nil {
		return nil, err
	}
	if dir == "" {
		return all, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("SNMP profiles: %w", err)
	}
	if err := all.add(os.DirFS(dir)); err != nil {
		return nil, fmt.Errorf("in %s: %w", filepath.Clean(dir), err)
	}
	return all, nil
}

func (all *Profiles) add(dir fs.FS) error {
	files, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return err
	}
	var mistakes []error
	for _, file := range files {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		p, err := ParseProfile(strings.TrimSuffix(file, ".toml"), data)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		all.byName[p.Name] = p
	}
	return errors.Join(mistakes...)
}

// Named returns a profile by its name, or nil.
func (all *Profiles) Named(name string) *Profile { return all.byName[name] }

// Names lists the profiles.
func (all *Profiles) Names() []string { return slices.Sorted(maps.Keys(all.byName)) }

// For chooses by sysObjectID: the profile with the longest prefix that matches,
// among equals the first by name, else the generic one.
func (all *Profiles) For(sysObjectID string) *Profile {
	best, length := all.byName[Generic], 0
	for _, name := range all.Names() {
		p := all.byName[name]
		for _, prefix := range p.System {
			if len(prefix) > length && (prefix == sysObjectID || under(prefix, sysObjectID)) {
				best, length = p, len(prefix)
			}
		}
	}
	return best
}

// choose returns the profile of a device.
func (all *Profiles) choose(named, sysObjectID string) (*Profile, error) {
	if named == "" {
		return all.For(sysObjectID), nil
	}
	if p := all.Named(named); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("profile %q: there is none of that name; there are %s", named,
		strings.Join(all.Names(), ", "))
}

// BuiltinProfile returns the file of a built-in profile, to be copied.
func BuiltinProfile(name string) ([]byte, error) {
	data, err := builtin.ReadFile("profiles/" + name + ".toml")
	if err == nil {
		return data, nil
	}
	all, err := LoadProfiles("")
	if err != nil {
		return nil, err
	}
	_, err = all.choose(name, "")
	return nil, err
}

// Marks returns the marks of the profile's rules, each once.
func (p *Profile) Marks() string {
	var marks []string
	for _, r := range slices.Concat(p.CPU, p.Memory, p.Readings) {
		if !slices.Contains(marks, string(r.Mark)) {
			marks = append(marks, string(r.Mark))
		}
	}
	return strings.Join(marks, ", ")
}
