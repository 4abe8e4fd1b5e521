package grammar

// StandardTypes returns the typed arguments of IOS that modes share. The map is
// new on every call, so that the caller may add its own.
func StandardTypes() map[string]Type { return map[string]Type{} }
