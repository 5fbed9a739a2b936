package config

import "time"

// deviceFiles are the tables about devices that are read by SNMP.
type deviceFiles struct {
	SNMP        snmpFile          `toml:"snmp"`
	Credentials []credentialsFile `toml:"snmp_credentials"`
	Traps       *trapsFile        `toml:"snmp_traps"`
	Device      []deviceFile      `toml:"device"`
	Threshold   []thresholdFile   `toml:"threshold"`
	Capacity    []capacityFile    `toml:"capacity"`
}

type snmpFile struct {
	table
	Profiles field[string] `toml:"profiles"`
}

type credentialsFile struct {
	table
	Name            field[string] `toml:"name"`
	Version         field[string] `toml:"version"`
	Community       secretKey     `toml:"community"`
	User            field[string] `toml:"user"`
	Auth            field[string] `toml:"auth"`
	AuthPassword    secretKey     `toml:"auth_password"`
	Privacy         field[string] `toml:"privacy"`
	PrivacyPassword secretKey     `toml:"privacy_password"`
}

type trapsFile struct {
	table
	ListenAddress field[string]   `toml:"listen_address"`
	Credentials   []field[string] `toml:"credentials"`
	PerSecond     field[int64]    `toml:"per_second"`
}

type deviceFile struct {
	table
	ID             field[string]        `toml:"id"`
	Name           field[string]        `toml:"name"`
	Service        field[string]        `toml:"service"`
	Class          field[string]        `toml:"class"`
	Address        field[string]        `toml:"address"`
	Credentials    field[string]        `toml:"credentials"`
	Context        field[string]        `toml:"context"`
	Interval       field[time.Duration] `toml:"interval"`
	Timeout        field[time.Duration] `toml:"timeout"`
	Retries        field[int64]         `toml:"retries"`
	MaxRepetitions field[int64]         `toml:"max_repetitions"`
	Profile        field[string]        `toml:"profile"`
	Unverified     field[bool]          `toml:"unverified"`
	DependsOn      []field[string]      `toml:"depends_on"`

	Read             []field[string] `toml:"read"`
	StorageExclude   field[string]   `toml:"storage_exclude"`
	InterfaceMatch   field[string]   `toml:"interface_match"`
	InterfaceExclude field[string]   `toml:"interface_exclude"`
	InterfaceKinds   []field[string] `toml:"interface_kinds"`
	Object           []objectFile    `toml:"object"`
	Threshold        []thresholdFile `toml:"threshold"`
}

type objectFile struct {
	table
	Name    field[string] `toml:"name"`
	OID     field[string] `toml:"oid"`
	Unit    field[string] `toml:"unit"`
	Counter field[bool]   `toml:"counter"`
	Scale   amount        `toml:"scale"`
}

// thresholdKeys are what thresholds of one device and of all have in common.
type thresholdKeys struct {
	ID         field[string]        `toml:"id"`
	Kind       field[string]        `toml:"kind"`
	Instance   field[string]        `toml:"instance"`
	Above      amount               `toml:"raise_above"`
	Below      amount               `toml:"raise_below"`
	Margin     amount               `toml:"margin"`
	For        field[time.Duration] `toml:"for"`
	ClearFor   field[time.Duration] `toml:"clear_for"`
	By         field[string]        `toml:"by"`
	Over       field[time.Duration] `toml:"over"`
	Severity   field[string]        `toml:"severity"`
	MaxChanges field[int64]         `toml:"max_changes"`
	Within     field[time.Duration] `toml:"changes_within"`
}

type thresholdFile struct {
	table
	thresholdKeys
}

type capacityFile struct {
	table
	ID      field[string]        `toml:"id"`
	Device  field[string]        `toml:"device"`
	Kind    field[string]        `toml:"kind"`
	Limit   amount               `toml:"limit"`
	Days    field[int64]         `toml:"days"`
	Need    field[int64]         `toml:"need"`
	Horizon field[time.Duration] `toml:"horizon"`
}
