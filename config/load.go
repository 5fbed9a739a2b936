package config

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
)

// maxFile bounds the configuration file: 100,000 checks with a long URL each
// need about 40 MiB.
const maxFile = 64 << 20

// Load reads the file. The error is Complaints.
func Load(path string) (*Config, error) {
	data, _, err := readFile(path, maxFile)
	if err != nil {
		return nil, Complaints{{File: path, Text: err.Error(), Remedy: "name a configuration file; config.example.toml is one to start from"}}
	}
	return Parse(path, data)
}

// Parse reads the bytes of a file. Relative paths in it start at the directory
// of name. The error is Complaints. Parse opens the files that the
// configuration names and looks up the environment variables.
func Parse(name string, data []byte) (*Config, error) {
	if len(data) > maxFile {
		return nil, Complaints{{File: name, Text: "more than " + FormatSize(maxFile)}}
	}
	r := newReader(name, data)
	c := &Config{File: name}
	if root := r.grow(); root != nil {
		var f file
		r.decodeTable(reflect.ValueOf(&f).Elem(), root)
		r.fill(c, &f)
		if len(r.complaints) == 0 {
			r.advise(c, &f)
		}
	}
	if len(r.complaints) > 0 {
		r.complaints.sort()
		return nil, r.complaints
	}
	r.warnings.sort()
	sum := sha256.Sum256(data)
	c.Warnings, c.Hash = r.warnings, hex.EncodeToString(sum[:])
	return c, nil
}

// fill turns mirror types into the values that the other packages know.
func (r *reader) fill(c *Config, f *file) {
	r.site(c, &f.Site)
	r.storage(c, &f.Storage)
	r.web(c, &f.Web)
	paces := r.defaults(&f.Defaults)
	r.ownNetwork(c, &f.OwnNetwork)
	r.services(c, f, paces)
	r.maintenance(c, f)
	r.maintenanceFiles(c, f.MaintenanceFile)
	r.report(c, &f.Report)
	r.depends(c, f)
	r.peers(c, f.Peer)
	r.sitesDown(c, f)
	r.notify(c, &f.Notify)
	r.devices(c, f)
	r.usual(c, &f.UsualResponse)
	c.origins = r.origins()
}
