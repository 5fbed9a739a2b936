package config

import (
	"time"

	"github.com/slamon/slamon/sla"
)

// file is the mirror type of the whole file.
type file struct {
	table
	Site        siteFile          `toml:"site"`
	Storage     storageFile       `toml:"storage"`
	Web         webFile           `toml:"web"`
	OwnNetwork  ownNetworkFile    `toml:"own_network"`
	Defaults    defaultsFile      `toml:"defaults"`
	Service     []serviceFile     `toml:"service"`
	Maintenance []maintenanceFile `toml:"maintenance"`

	MaintenanceFile []watchedFile `toml:"maintenance_file"`
	Report          reportFile    `toml:"report"`
	Notify          notifyFile    `toml:"notify"`
	UsualResponse   usualFile     `toml:"usual_response"`

	Peer []peerFile `toml:"peer"`

	deviceFiles
}

type siteFile struct {
	table
	Name     field[string] `toml:"name"`
	Timezone field[string] `toml:"timezone"`
	Holidays field[string] `toml:"holidays"`
}

type storageFile struct {
	table
	Path            field[string]        `toml:"path"`
	Retention       field[time.Duration] `toml:"retention"`
	MaxSize         field[bytes]         `toml:"max_size"`
	BackupDirectory field[string]        `toml:"backup_directory"`
	BackupEvery     field[time.Duration] `toml:"backup_every"`
	BackupsKept     field[int64]         `toml:"backups_kept"`
}

type webFile struct {
	table
	ListenAddress       field[string] `toml:"listen_address"`
	PublicListenAddress field[string] `toml:"public_listen_address"`
	PublicConfigFile    field[string] `toml:"public_config_file"`
	ConfigFile          field[string] `toml:"config_file"`
	UsersFile           field[string] `toml:"users_file"`
	ExternalURL         field[string] `toml:"external_url"`
}

type ownNetworkFile struct {
	table
	Need   field[int64] `toml:"need"`
	Anchor []anchorFile `toml:"anchor"`
}

type anchorFile struct {
	table
	ID       field[string]        `toml:"id"`
	Name     field[string]        `toml:"name"`
	Interval field[time.Duration] `toml:"interval"`
	Timeout  field[time.Duration] `toml:"timeout"`
	kindFiles
}

// defaultsFile has one table for each class.
type defaultsFile struct {
	table
	Application pacesFile `toml:"application"`
	Platform    pacesFile `toml:"platform"`
	Server      pacesFile `toml:"server"`
	Storage     pacesFile `toml:"storage"`
	Network     pacesFile `toml:"network"`
	Security    pacesFile `toml:"security"`
}

// paceKeys say how often and how patiently a check asks.
type paceKeys struct {
	Interval      field[time.Duration] `toml:"interval"`
	Timeout       field[time.Duration] `toml:"timeout"`
	Reprobe       field[time.Duration] `toml:"reprobe"`
	ReprobeGood   field[int64]         `toml:"reprobe_good"`
	DegradedAfter field[time.Duration] `toml:"degraded_after"`
}

type pacesFile struct {
	table
	paceKeys
}

type serviceFile struct {
	table
	ID     field[string] `toml:"id"`
	Name   field[string] `toml:"name"`
	Vendor field[string] `toml:"vendor"`
	Note   field[string] `toml:"note"`
	Public field[bool]   `toml:"public"`
	Check  []checkFile   `toml:"check"`
	Claim  []claimFile   `toml:"claim"`
}

type checkFile struct {
	table
	ID    field[string] `toml:"id"`
	Name  field[string] `toml:"name"`
	Class field[string] `toml:"class"`
	paceKeys
	Paused    field[bool]     `toml:"paused"`
	DependsOn []field[string] `toml:"depends_on"`

	Sensor       field[bool] `toml:"sensor"`
	EveryAddress field[bool] `toml:"every_address"`
	kindFiles
}

type claimFile struct {
	table
	ID                 field[string]        `toml:"id"`
	Name               field[string]        `toml:"name"`
	Kind               field[string]        `toml:"kind"`
	Availability       field[sla.Figure]    `toml:"availability"`
	Response           field[sla.Promise]   `toml:"response"`
	Text               field[string]        `toml:"text"`
	AsOf               field[sla.Date]      `toml:"as_of"`
	Checks             []field[string]      `toml:"checks"`
	Combine            field[string]        `toml:"combine"`
	Weights            weightList           `toml:"weights"`
	MaxIncidents       field[int64]         `toml:"max_incidents"`
	SitesDown          field[int64]         `toml:"sites_down"`
	DegradedIsDown     field[bool]          `toml:"degraded_is_down"`
	ExcludeMaintenance field[bool]          `toml:"exclude_maintenance"`
	MinNotice          field[time.Duration] `toml:"min_notice"`
	Window             *windowFile          `toml:"window"`

	MinNoticeBusinessDays field[int64]         `toml:"min_notice_business_days"`
	MaxPerMonth           field[time.Duration] `toml:"max_maintenance_per_month"`
	MaxPerYear            field[time.Duration] `toml:"max_maintenance_per_year"`
	ServiceHours          field[string]        `toml:"service_hours"`
	Reference             field[string]        `toml:"reference"`

	Count   *countFile   `toml:"count"`
	Credits *creditsFile `toml:"credits"`
}

type windowFile struct {
	table
	Kind     field[string] `toml:"kind"`
	From     field[border] `toml:"from"`
	To       field[border] `toml:"to"`
	Days     field[int64]  `toml:"days"`
	Timezone field[string] `toml:"timezone"`
	Starts   *startsFile   `toml:"starts"`
}

type startsFile struct {
	table
	Month field[int64] `toml:"month"`
	Day   field[int64] `toml:"day"`
}

type watchedFile struct {
	table
	Service field[string] `toml:"service"`
	Path    field[string] `toml:"path"`
}

type reportFile struct {
	table
	Directory        field[string]   `toml:"directory"`
	OnlyWhenBreached field[bool]     `toml:"only_when_breached"`
	Formats          []field[string] `toml:"formats"`
	Language         field[string]   `toml:"language"`
	Sheet            field[string]   `toml:"sheet"`
}

type maintenanceFile struct {
	table
	ID        field[string] `toml:"id"`
	Replaces  field[string] `toml:"replaces"`
	Service   field[string] `toml:"service"`
	From      field[moment] `toml:"from"`
	To        field[moment] `toml:"to"`
	Announced field[moment] `toml:"announced"`
	Note      field[string] `toml:"note"`
}
