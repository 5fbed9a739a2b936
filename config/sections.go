package config

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The defaults of the sections. config.example.toml shows every one of them.
const (
	defaultSite        = "main"
	defaultTimezone    = "UTC"
	defaultPath        = "slamon.db"
	defaultRetention   = 400 * 24 * time.Hour // a contract year and a month to argue about it
	defaultBackups     = "backups"
	defaultBackupEvery = 24 * time.Hour
	defaultBackupsKept = 3
	defaultListen      = "127.0.0.1:9780"
)

// The limits of the sections.
const (
	minRetention   = 90 * 24 * time.Hour // what a disclosure sheet promises for logs; a quarter must be provable
	maxRetention   = 20 * 366 * 24 * time.Hour
	minMaxSize     = 16 << 20 // below it not even the day summaries of a small installation fit
	minBackupEvery = time.Hour
	maxBackupEvery = 31 * 24 * time.Hour
	maxBackupsKept = 1000
	maxSiteName    = 64 // it is a label of every metric
)

func (r *reader) site(c *Config, f *siteFile) {
	c.Site = f.Name.or(defaultSite)
	if f.Name.ok && (strings.TrimSpace(c.Site) != c.Site || c.Site == "" || len(c.Site) > maxSiteName) {
		r.complain(f.Name.at, `name = "tokyo-office"`, "name %s: want 1 to %d bytes without spaces around them", quote(c.Site), maxSiteName)
	}
	c.Zone = r.zone(f.Timezone, time.UTC)
	r.holidays(c, f.Holidays)
}

// zone reads the name of a time zone.
func (r *reader) zone(f field[string], missing *time.Location) *time.Location {
	if !f.ok {
		return missing
	}
	if zone, ok := r.zones[f.v]; ok {
		return zone
	}
	zone, err := time.LoadLocation(f.v)
	if err != nil || f.v == "" || f.v == "Local" {
		remedy := "Asia/Tokyo"
		if z, ok := closest(strings.ReplaceAll(f.v, " ", "_"), []string{"Asia/Tokyo", "Europe/Berlin", "Europe/London", "America/New_York", "UTC"}); ok {
			remedy = z
		}
		r.complain(f.at, "timezone = "+strconv.Quote(remedy), "timezone %s is not in the IANA time zone database", quote(f.v))
		return missing
	}
	r.zones[f.v] = zone
	return zone
}

func (r *reader) storage(c *Config, f *storageFile) {
	if f.Path.ok && f.Path.v == "" {
		r.complain(f.Path.at, "path = "+strconv.Quote(defaultPath), "path is empty: history must lie somewhere")
	}
	c.Storage = Storage{
		Path:            r.file(f.Path.or(defaultPath)),
		Retention:       r.between(f.Retention, "retention", minRetention, maxRetention, defaultRetention),
		BackupDirectory: r.file(f.BackupDirectory.or(defaultBackups)),
		BackupEvery:     r.between(f.BackupEvery, "backup_every", minBackupEvery, maxBackupEvery, defaultBackupEvery),
		BackupsKept:     int(r.within(f.BackupsKept, "backups_kept", 1, maxBackupsKept, defaultBackupsKept)),
	}
	if f.MaxSize.v != 0 { // 0 is no limit
		c.Storage.MaxSize = r.sized(f.MaxSize, "max_size", minMaxSize, 1<<50, 0)
	}
	if c.Storage.BackupDirectory != "" && filepath.Clean(c.Storage.BackupDirectory) == filepath.Clean(c.Storage.Path) {
		r.complain(f.BackupDirectory.at, `backup_directory = "backups"`, "backup_directory is the store itself")
	}
}

func (r *reader) web(c *Config, f *webFile) {
	c.Web = Web{ListenAddress: defaultListen, ConfigFile: r.file(f.ConfigFile.or("")), ExternalURL: ""}
	if f.ListenAddress.ok {
		c.Web.ListenAddress = r.listen(f.ListenAddress)
	}
	if f.PublicListenAddress.or("") != "" {
		c.Web.PublicListenAddress = r.listenAt(f.PublicListenAddress, "public_listen_address", "127.0.0.1:9781")
		if c.Web.PublicListenAddress == c.Web.ListenAddress && !strings.HasSuffix(c.Web.ListenAddress, ":0") {
			r.complain(f.PublicListenAddress.at, `public_listen_address = "127.0.0.1:9781"`, "public_listen_address is listen_address: the public view needs an address of its own")
		}
	}
	r.webFiles(c, f)
	if f.ExternalURL.or("") != "" {
		c.Web.ExternalURL = r.externalURL(f.ExternalURL)
	}
}

// webFiles reads the names of the files that hold TLS, names and passwords.
func (r *reader) webFiles(c *Config, f *webFile) {
	c.Web.UsersFile, c.Web.PublicConfigFile = r.file(f.UsersFile.or("")), r.file(f.PublicConfigFile.or(""))
	for _, x := range []struct {
		key, path string
		at        place
	}{{"config_file", c.Web.ConfigFile, f.ConfigFile.at}, {"users_file", c.Web.UsersFile, f.UsersFile.at}, {"public_config_file", c.Web.PublicConfigFile, f.PublicConfigFile.at}} {
		if x.path == "" {
			continue
		}
		if _, _, err := readFile(x.path, maxPEM); err != nil {
			r.complain(x.at, "name a web configuration file of the Prometheus family", "%s: %s", x.key, err)
		}
	}
	if c.Web.PublicConfigFile != "" && c.Web.PublicListenAddress == "" {
		r.complain(f.PublicConfigFile.at, `public_listen_address = "127.0.0.1:9781"`, "public_config_file is for the public view, and there is none")
	}
}

// listen reads an address to listen on; ":9780" is every interface.
func (r *reader) listen(f field[string]) string {
	return r.listenAt(f, "listen_address", defaultListen)
}

func (r *reader) listenAt(f field[string], key, remedy string) string {
	host, port, ok := strings.Cut(f.v, ":")
	if i := strings.LastIndex(f.v, ":"); i >= 0 {
		host, port = strings.Trim(f.v[:i], "[]"), f.v[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || err != nil || host != "" && !validHost(host) {
		r.complain(f.at, key+" = "+strconv.Quote(remedy), "%s %s is not host:port", key, quote(f.v))
		return remedy
	}
	_ = n // port 0 lets the system choose one
	return f.v
}

func (r *reader) externalURL(f field[string]) string {
	u, err := url.Parse(f.v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.complain(f.at, `external_url = "https://slamon.example.com"`, "external_url is not a plain http:// or https:// URL")
		return ""
	}
	return strings.TrimRight(f.v, "/")
}
