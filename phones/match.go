package phones

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// How a pool is found for a REGISTER, strongest first. The first level at which
// any pool fits decides; on that level a pool that has the number goes before one that
// has not, then the longer prefix, then the lower tag.
const (
	fitNone    = iota
	fitNumber  // the number is the pool's and nothing in the request speaks against it; see Registry.closed
	fitNetwork // id network holds the source address
	fitIP      // id ip holds the source address
	fitDevice  // device-id-name is the name the phone gives itself
	fitMAC     // id mac is an address the phone names
)

// identity is what a REGISTER says about the device that sent it.
type identity struct {
	macs   []MAC  // every address that may be meant; a named one comes first
	device string // the name the phone gives itself, "" if none
	named  bool   // it names itself as Cisco phones do, so it is not another pool's phone
}

// A request that offers more is not a phone.
const (
	maxIdentityMACs = 16
	maxIdentityText = 4096 // bytes: searching them takes a fraction of a millisecond
)

var (
	sepName     = regexp.MustCompile(`(?i)\bSEP([0-9A-F]{12})\b`)
	zeroUUID    = regexp.MustCompile(`(?i)\b00000000-0000-0000-0000-([0-9A-F]{12})\b`)
	deviceParam = regexp.MustCompile(`(?i)(?:^|;)\s*(?:device-id|device-name|\+u\.sip!devicename\.ccm\.cisco\.com)="?([^";,>]{1,64})`)
	macText     = regexp.MustCompile(`(?i)\b(?:[0-9A-F]{2}(?:[:-][0-9A-F]{2}){5}|[0-9A-F]{4}(?:\.[0-9A-F]{4}){2}|[0-9A-F]{12})\b`)
	// Cisco phones build a Call-ID from their address: 00156247-ef900002-….
	ciscoCallID = regexp.MustCompile(`(?i)^([0-9A-F]{8})-([0-9A-F]{4})[0-9A-F]{4}-[0-9A-F]{8}-[0-9A-F]{8}@`)
)

// identify collects the addresses and the name a device gives in a REGISTER:
// SEP<mac> anywhere, +sip.instance, the user part, device-id parameters, a MAC in
// User-Agent, Reason and X- headers, and the Call-ID of Cisco's own phones. Of
// each text it looks at the first maxText bytes, of all at maxIdentityText.
func identify(reg Registration) identity {
	var id identity
	add := func(text string, named bool) {
		m, err := ParseMAC(text)
		if err != nil || m.IsZero() || len(id.macs) >= maxIdentityMACs || slices.Contains(id.macs, m) {
			return
		}
		if named && !id.named {
			id.macs = slices.Insert(id.macs, 0, m)
			id.named = true
			if id.device == "" {
				id.device = m.Device()
			}
			return
		}
		id.macs = append(id.macs, m)
	}
	var texts []string
	for _, c := range reg.Contacts {
		params := c.Params[:min(len(c.Params), maxText)]
		texts = append(texts, c.User, c.Instance, params, c.URI)
		if m := deviceParam.FindStringSubmatch(params); m != nil && id.device == "" {
			id.device = strings.Clone(m[1]) // not the whole message
		}
	}
	texts = append(texts, reg.UserAgent)
	texts = append(texts, reg.Hints...)
	left := maxIdentityText
	for i, t := range texts {
		t = t[:min(len(t), maxText, left)]
		texts[i] = t
		left -= len(t)
		for _, re := range []*regexp.Regexp{sepName, zeroUUID} {
			for _, m := range re.FindAllStringSubmatch(t, maxIdentityMACs) {
				add(m[1], true)
			}
		}
	}
	for _, t := range texts {
		for _, m := range macText.FindAllString(t, maxIdentityMACs) {
			add(m, false)
		}
	}
	if m := ciscoCallID.FindStringSubmatch(reg.CallID); m != nil {
		add(m[1]+m[2], false)
	}
	return id
}

// fit says how well a pool fits a request, and by which prefix if by one.
func (p *Pool) fit(id identity, src netip.Addr, hasNumber bool) (level, bits int) {
	switch {
	case !p.MAC.IsZero() && slices.Contains(id.macs, p.MAC):
		return fitMAC, 0
	case p.DeviceID != "" && strings.EqualFold(p.DeviceID, id.device):
		return fitDevice, 0
	case p.IDIP.IsValid() && p.IDIP.Contains(src):
		return fitIP, p.IDIP.Bits()
	case p.IDNetwork.IsValid() && p.IDNetwork.Contains(src):
		return fitNetwork, p.IDNetwork.Bits()
	case hasNumber && !p.HasID():
		return fitNumber, 1
	case hasNumber && !p.MAC.IsZero() && !id.named:
		// It says nothing about its address, but may prove who it is.
		return fitNumber, 0
	}
	return fitNone, 0
}

// line is the `number` line of a pool that has a directory number.
type line struct{ index, dn int }

// lineOf returns the lowest line of the pool whose dn has the number.
func (ix *index) lineOf(p *Pool, number string) (line, bool) {
	for _, n := range ix.lines[p.Tag] {
		if d := ix.dns[n.DN]; d != nil && d.Number == number && number != "" {
			return line{n.Index, n.DN}, true
		}
	}
	return line{}, false
}

// found is the pool of a request and its line there. Without a pool none fits; ok is false when
// the pool has not got the number.
type found struct {
	pool *Pool
	line line
	ok   bool
}

// match finds the pool for a number, an identity and a source address; closed says
// which fits do not count.
func (ix *index) match(number string, id identity, src netip.Addr, closed func(p *Pool, level int) bool) found {
	var (
		best                *Pool
		ln                  line
		ok                  bool
		bestLevel, bestBits int
	)
	consider := func(pools []*Pool) {
		for _, p := range pools {
			l, has := ix.lineOf(p, number)
			level, bits := p.fit(id, src, has)
			if level == fitNone || closed(p, level) || best != nil && !better(level, bestLevel, has, ok, bits, bestBits, p.Tag < best.Tag) {
				continue
			}
			best, ln, ok, bestLevel, bestBits = p, l, has, level, bits
		}
	}
	for _, m := range id.macs {
		consider(ix.byMAC[m])
	}
	consider(ix.byNumber[number])
	consider(ix.byAddress)
	return found{best, ln, ok}
}

// better compares two fits: by level, having the number, prefix and tag.
func better(level, bestLevel int, has, bestHas bool, bits, bestBits int, lowerTag bool) bool {
	switch {
	case level != bestLevel:
		return level > bestLevel
	case has != bestHas:
		return has
	case bits != bestBits:
		return bits > bestBits
	}
	return lowerTag
}

// index is a configuration with its look-up tables.
type index struct {
	cfg       Config
	pools     map[int]*Pool
	byMAC     map[MAC][]*Pool
	byNumber  map[string][]*Pool
	byAddress []*Pool          // with id ip, id network or a device-id-name
	models    map[string]Model // known ones among the types of pools
	dns       map[int]*DN
	lines     map[int][]PoolNumber // of pools, those of Extension Mobility in place of their own
	secrets   bool                 // a pool's phones must prove who they are
}

// newIndex takes the logins of Extension Mobility users, by pool.
func newIndex(cfg Config, logins map[int]*Profile) *index {
	if cfg.MaxExpires <= 0 {
		cfg.MaxExpires = DefaultMaxExpires
	}
	if cfg.MinExpires <= 0 {
		cfg.MinExpires = DefaultMinExpires
	}
	// A minimum above the maximum would refuse everybody; the maximum wins.
	cfg.MinExpires = min(cfg.MinExpires, cfg.MaxExpires)
	if cfg.AttemptsSize <= 0 {
		cfg.AttemptsSize = defaultAttemptsSize
	}
	cfg.AttemptsSize = min(cfg.AttemptsSize, MaxAttemptsSize)
	if cfg.Realm == "" {
		cfg.Realm = DefaultRealm
	}
	ix := &index{
		cfg: cfg, pools: map[int]*Pool{}, byMAC: map[MAC][]*Pool{}, byNumber: map[string][]*Pool{},
		models: map[string]Model{}, dns: map[int]*DN{}, lines: map[int][]PoolNumber{},
	}
	for i := range cfg.DNs {
		d := &cfg.DNs[i]
		ix.dns[d.Tag] = d
	}
	for i := range cfg.Pools {
		ix.addPool(&cfg.Pools[i], logins[cfg.Pools[i].Tag])
	}
	return ix
}

func (ix *index) addPool(p *Pool, login *Profile) {
	ix.pools[p.Tag] = p
	ix.secrets = ix.secrets || ix.challenges(p)
	if m, ok := ix.cfg.PoolModel(p.Type); ok {
		ix.models[p.Type] = m
	}
	if !p.MAC.IsZero() {
		ix.byMAC[p.MAC] = append(ix.byMAC[p.MAC], p)
	}
	if p.IDIP.IsValid() || p.IDNetwork.IsValid() || p.DeviceID != "" {
		ix.byAddress = append(ix.byAddress, p)
	}
	ix.lines[p.Tag], _ = PoolNumbers(ix.cfg, *p, login)
	for _, n := range ix.lines[p.Tag] {
		if d := ix.dns[n.DN]; d != nil && d.Number != "" {
			ix.byNumber[d.Number] = append(ix.byNumber[d.Number], p)
		}
	}
}

// open reports whether phones may register at all.
func (ix *index) open() bool { return ix.cfg.RegistrarOn && ix.cfg.Mode == "cme" }
