//! Searches that people start from.

/// A search with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// What it finds, in one sentence.
    pub help: &'static str,
    /// The query.
    pub query: &'static str,
}

/// The presets, in the order they are offered.
pub fn presets() -> &'static [Preset] {
    &[
        Preset {
            name: "Recent changes",
            help: "Calls that changed something and succeeded, the newest first.",
            query: "readOnly:false -error:*",
        },
        Preset {
            name: "Errors",
            help: "Calls that failed or were denied, reading ones included.",
            query: "error:*",
        },
        Preset {
            name: "Root activity",
            help: "What the root user did, apart from what AWS services did in its name.",
            // As the CIS AWS Foundations Benchmark counts it ("usage of root account").
            query: "userIdentity.type:Root -userIdentity.invokedBy:* -eventType:AwsServiceEvent",
        },
        Preset {
            name: "IAM changes",
            help: "Users, roles, keys, policies and Identity Center assignments made, changed or deleted.",
            query: "service:iam,sso,sso-directory,identitystore readOnly:false",
        },
        Preset {
            name: "Sign-ins",
            help: "Console and Identity Center sign-ins and role switches, with those that failed.",
            query: "event:ConsoleLogin,SwitchRole,ExitRole,CheckMfa,UserAuthentication,CredentialVerification,Authenticate,Federate",
        },
        Preset {
            name: "Security groups opened",
            help: "Inbound rules that let the whole internet in.",
            query: "event:AuthorizeSecurityGroupIngress,ModifySecurityGroupRules requestParameters:0.0.0.0/0,::/0 -error:*",
        },
        Preset {
            name: "Trail tampering",
            help: "CloudTrail logging stopped, deleted or narrowed, also where that was denied.",
            query: "service:cloudtrail event:StopLogging,DeleteTrail,UpdateTrail,PutEventSelectors,PutInsightSelectors,\
                    DeleteEventDataStore,UpdateEventDataStore,StopEventDataStoreIngestion,DeleteChannel,DeleteResourcePolicy",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::parse;

    #[test]
    fn every_preset_is_a_query() {
        for preset in presets() {
            let query = parse(preset.query).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            assert_eq!(query.canonical(), preset.query, "{}", preset.name);
            assert!(preset.help.ends_with('.') && !preset.help.contains("  "), "{}", preset.name);
        }
    }
}
