"""The verbs of customers, one file each; importing this declares them."""

from shopkeeper.capabilities.customers.tasks.churn import CUSTOMER_CHURN, churn
from shopkeeper.capabilities.customers.tasks.churn_methods import CHURN_METHODS, churn_methods
from shopkeeper.capabilities.customers.tasks.cluster_profiles import CLUSTER_PROFILES, cluster_profiles
from shopkeeper.capabilities.customers.tasks.clusters import CUSTOMER_CLUSTERS, clusters
from shopkeeper.capabilities.customers.tasks.conversion import SESSION_CONVERSION, conversion
from shopkeeper.capabilities.customers.tasks.features import CUSTOMER_FEATURES, features
from shopkeeper.capabilities.customers.tasks.journeys import (
    ABANDONMENTS,
    COHORTS,
    CUSTOMER_LIFE_CYCLE,
    FUNNELS,
    SEGMENT_FLOWS,
    abandonments,
    cohorts,
    flows,
    funnels,
    life_cycle,
)
from shopkeeper.capabilities.customers.tasks.profiles import CUSTOMER_PROFILES, profiles
from shopkeeper.capabilities.customers.tasks.rfm import CUSTOMER_RFM, rfm
from shopkeeper.capabilities.customers.tasks.segments import SEGMENT_MEMBERS, segments
from shopkeeper.capabilities.customers.tasks.value import CUSTOMER_VALUE, value

__all__ = [
    "ABANDONMENTS",
    "CHURN_METHODS",
    "CLUSTER_PROFILES",
    "COHORTS",
    "CUSTOMER_CHURN",
    "CUSTOMER_CLUSTERS",
    "CUSTOMER_FEATURES",
    "CUSTOMER_LIFE_CYCLE",
    "CUSTOMER_PROFILES",
    "CUSTOMER_RFM",
    "CUSTOMER_VALUE",
    "FUNNELS",
    "SEGMENT_FLOWS",
    "SEGMENT_MEMBERS",
    "SESSION_CONVERSION",
    "abandonments",
    "churn",
    "churn_methods",
    "cluster_profiles",
    "clusters",
    "cohorts",
    "conversion",
    "features",
    "flows",
    "funnels",
    "life_cycle",
    "profiles",
    "rfm",
    "segments",
    "value",
]
