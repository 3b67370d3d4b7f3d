//! What files call the values of the vocabularies: the printed labels in both languages (`domain.md` 2.1–2.8), the
//! stable words, and what people write instead. Case, spaces, marks and bracketed notes do not count.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::LazyLock;

use twinning_entity::activity::{ActivityKind, ActivityStatus};
use twinning_entity::appointment::RoleCode;
use twinning_entity::document::{DocumentKind, Visibility};
use twinning_entity::lesson::TeachingMode;
use twinning_entity::organisation::{OrgForm, OrgLevel};
use twinning_entity::pairing::PairingStatus;

use crate::transfer::header::plain;

/// One vocabulary with all the ways to write its values.
pub struct Words<T>(HashMap<String, T>);

impl<T: Copy + Eq + Hash> Words<T> {
    fn new(stable: &[T], word: fn(T) -> &'static str, table: &[(T, &[&str])]) -> Self {
        let mut known = HashMap::new();
        let stable = stable.iter().map(|value| (*value, word(*value)));
        let written = table.iter().flat_map(|(value, names)| names.iter().map(|name| (*value, *name)));
        for (value, name) in stable.chain(written) {
            known.entry(plain(name)).or_insert(value);
        }
        Self(known)
    }

    /// The value that a text stands for.
    #[must_use]
    pub fn read(&self, written: &str) -> Option<T> {
        self.0.get(&plain(written)).copied()
    }
}

/// Portal roles that a list may invite to; trainees and class teachers are invited for their class.
pub static ROLES: LazyLock<Words<RoleCode>> = LazyLock::new(|| {
    use RoleCode as R;
    Words::new(
        &[
            R::BranchAdmin,
            R::StreetReviewer,
            R::OrgDeptDistrict,
            R::OrgDeptCity,
            R::ReviewerFirst,
            R::ReviewerSecond,
            R::ReviewerFinal,
        ],
        R::word,
        &[
            (R::BranchAdmin, &["党组织管理员", "支部管理员", "组织管理员", "管理员", "联络员", "Branch administrator"]),
            (R::StreetReviewer, &["街道审核员", "街道审核", "Street reviewer"]),
            (R::OrgDeptDistrict, &["区委组织部", "区委组织部工作人员", "区组织部", "District department"]),
            (R::OrgDeptCity, &["市委组织部", "市委组织部工作人员", "市组织部", "City department"]),
            (R::ReviewerFirst, &["初审", "初审员", "First reviewer"]),
            (R::ReviewerSecond, &["复审", "复审员", "Second reviewer"]),
            (R::ReviewerFinal, &["终审", "终审员", "Final reviewer"]),
        ],
    )
});

/// Levels of organisations.
pub static LEVELS: LazyLock<Words<OrgLevel>> = LazyLock::new(|| {
    use OrgLevel as L;
    Words::new(
        L::ALL,
        L::word,
        &[
            (L::Provincial, &["省", "省级", "自治区", "直辖市", "Province"]),
            (L::Prefectural, &["市", "市级", "地市", "地级市", "地级", "市州", "City", "Prefecture"]),
            (
                L::County,
                &[
                    "区",
                    "县",
                    "区县",
                    "县区",
                    "区级",
                    "县级",
                    "区县级",
                    "县级市",
                    "功能区",
                    "开发区",
                    "County level",
                    "District",
                    "Functional zone",
                    "Zone",
                ],
            ),
            (
                L::Township,
                &[
                    "街道",
                    "街道级",
                    "乡镇",
                    "乡镇级",
                    "镇",
                    "乡",
                    "街乡",
                    "镇街",
                    "街镇",
                    "Street",
                    "Subdistrict",
                    "Town",
                    "Street or township",
                ],
            ),
            (L::Community, &["社区", "社区级", "村", "村级", "村居", "社区村", "阵地", "Village"]),
            (L::Estate, &["党总支", "苑区", "苑区级", "片区", "小区", "网格", "Area", "Grid"]),
            (L::Building, &["楼栋", "楼", "楼栋级"]),
        ],
    )
});

/// Forms of organisations.
pub static FORMS: LazyLock<Words<OrgForm>> = LazyLock::new(|| {
    use OrgForm as F;
    Words::new(
        F::ALL,
        F::word,
        &[
            (F::LocalCommittee, &["地方党委", "省委", "市委", "区委", "县委", "Local party committee"]),
            (
                F::Department,
                &[
                    "工作部门",
                    "市委工作部门",
                    "区委工作部门",
                    "县委工作部门",
                    "区级部门",
                    "县级部门",
                    "市级部门",
                    "组织部",
                    "市委组织部",
                    "区委组织部",
                    "党委部门",
                ],
            ),
            (F::Section, &["内设机构", "科室", "组织部科室", "股室"]),
            (F::WorkingCommittee, &["党工委", "街道党工委", "功能区党工委", "Party working committee"]),
            (F::LeadingGroup, &["党组", "Party leading group"]),
            (F::GrassrootsCommittee, &["基层党委", "社区党委", "机关党委", "Grassroots party committee"]),
            (F::GeneralBranch, &["党总支", "总支", "General party branch"]),
            (F::Branch, &["党支部", "支部", "Party branch"]),
            (F::JointBranch, &["联合党支部", "联合支部", "Joint party branch"]),
            (F::TemporaryBranch, &["临时党支部", "临时支部", "Temporary party branch"]),
            (F::PartyGroup, &["党小组"]),
            (F::ResidentsCommittee, &["居委会", "居民委员会", "村委会", "Residents' committee"]),
            (F::OwnersCommittee, &["业委会", "业主委员会", "Owners' committee"]),
            (F::ManagementCommittee, &["管委会", "管理委员会", "社区管理机构"]),
            (F::PartyMassServiceCentre, &["党群服务中心", "党群服务阵地", "Party-mass service centre"]),
            (F::VolunteerOrganisation, &["志愿服务组织", "志愿服务中心", "Volunteer organization"]),
            (F::Other, &["其他", "其它"]),
        ],
    )
});

/// States of pairings. One that was unveiled is under way (`domain.md` 1.3).
pub static PAIRING_STATES: LazyLock<Words<PairingStatus>> = LazyLock::new(|| {
    use PairingStatus as S;
    Words::new(
        S::ALL,
        S::word,
        &[
            (S::Draft, &["草稿"]),
            (S::Proposed, &["待对方确认", "Awaiting the other side"]),
            (S::Confirmed, &["双方已确认", "Confirmed by both"]),
            (S::Approved, &["已批准"]),
            (S::Signed, &["已签约"]),
            (S::Active, &["已揭牌", "实施中", "共建中", "有效", "Unveiled"]),
            (S::Suspended, &["暂停", "已暂停"]),
            (S::Expired, &["已到期", "到期"]),
            (S::Renewed, &["已续签", "续签"]),
            (S::Terminated, &["已终止", "终止"]),
            (S::Declined, &["已拒绝"]),
            (S::Withdrawn, &["已撤回"]),
        ],
    )
});

/// Kinds of activities.
pub static ACTIVITIES: LazyLock<Words<ActivityKind>> = LazyLock::new(|| {
    use ActivityKind as K;
    Words::new(
        K::ALL,
        K::word,
        &[
            (K::JointActivity, &["联建活动", "共建活动", "资源共享", "其他", "其它"]),
            (K::ThemePartyDay, &["主题党日", "主题党日活动"]),
            (K::ThreeMeetingsOneLecture, &["三会一课", "Three meetings and one lecture"]),
            (K::JointPartyLecture, &["联合党课", "线上党课", "党课"]),
            (K::VolunteerService, &["志愿服务", "志愿服务活动", "志愿活动", "Volunteering"]),
            (K::ExchangeVisit, &["观摩交流", "交流观摩"]),
            (K::SiteObservation, &["现场观摩"]),
            (K::StudyTour, &["学习考察", "考察学习"]),
            (K::Symposium, &["座谈会", "座谈交流", "经验座谈", "座谈", "Round table"]),
            (K::MutualVisit, &["互访", "互访交流"]),
            (K::CondolenceVisit, &["走访慰问", "慰问"]),
            (K::Secondment, &["挂职", "挂职锻炼"]),
            (K::Shadowing, &["跟班学习"]),
            (K::CulturalActivity, &["文化活动", "文体联谊", "文体活动", "Culture"]),
            (K::SigningCeremony, &["签约仪式", "签约"]),
            (K::UnveilingCeremony, &["揭牌仪式", "揭牌", "Plaque unveiling"]),
            (K::OnlineExchange, &["线上交流"]),
            (K::JointMeeting, &["联席会议"]),
            (K::Deliberation, &["议事协商"]),
        ],
    )
});

/// States of activities.
pub static ACTIVITY_STATES: LazyLock<Words<ActivityStatus>> = LazyLock::new(|| {
    use ActivityStatus as S;
    Words::new(
        S::ALL,
        S::word,
        &[
            (S::Planned, &["计划中", "已计划"]),
            (S::Published, &["已发布"]),
            (S::Ongoing, &["进行中"]),
            (S::RecordDue, &["待记录"]),
            (S::AwaitingConfirmation, &["待对方确认", "待确认", "未确认", "否"]),
            (S::Confirmed, &["已确认", "双方已确认", "对方已确认", "是"]),
            (S::Archived, &["已归档"]),
            (S::Cancelled, &["已取消", "Canceled"]),
        ],
    )
});

/// Ways of teaching.
pub static MODES: LazyLock<Words<TeachingMode>> = LazyLock::new(|| {
    use TeachingMode as M;
    Words::new(
        M::ALL,
        M::word,
        &[
            (M::Lecture, &["理论授课", "授课", "讲座", "专题讲座", "专题授课"]),
            (M::Experiential, &["体验教学", "体验式教学"]),
            (M::Video, &["视频教学"]),
            (M::Discussion, &["座谈交流", "座谈", "讨论", "分组讨论", "交流研讨", "研讨"]),
            (M::OnSite, &["现场教学", "现场观摩", "观摩", "参观", "On-site", "Site visit"]),
            (M::Event, &["报到", "仪式", "报到与仪式", "开班式", "结业式", "活动", "Check-in", "Ceremony"]),
        ],
    )
});

/// Kinds of documents.
pub static DOCUMENTS: LazyLock<Words<DocumentKind>> = LazyLock::new(|| {
    use DocumentKind as K;
    Words::new(
        K::ALL,
        K::word,
        &[
            (K::ExperienceReport, &["经验材料", "经验文档", "经验", "Experience"]),
            (K::TypicalCase, &["典型案例", "案例", "Case"]),
            (K::Slides, &["课件", "幻灯片"]),
            (K::Handout, &["讲义", "课程材料", "教案", "培训材料"]),
            (K::Plan, &["方案", "实施方案", "活动方案"]),
            (K::Agreement, &["协议", "协议书", "结对共建协议书"]),
            (K::Summary, &["总结", "年度总结", "工作总结"]),
            (K::Bulletin, &["简报", "信息"]),
            (K::Convention, &["公约"]),
            (K::Regulation, &["制度"]),
            (K::Charter, &["章程"]),
            (K::Minutes, &["纪要", "会议纪要"]),
            (K::MeetingRecord, &["会议记录"]),
            (K::Notice, &["通知"]),
            (K::Letter, &["函"]),
            (K::Request, &["请示"]),
            (K::Reply, &["批复"]),
            (K::Report, &["报告"]),
            (K::ResourceList, &["资源清单"]),
            (K::DemandList, &["需求清单"]),
            (K::ProjectList, &["项目清单", "清单"]),
            (K::Ledger, &["台账"]),
            (K::Roster, &["花名册", "名册"]),
            (K::SignInSheet, &["签到表", "Sign-in sheet"]),
            (K::Photo, &["照片"]),
            (K::Video, &["影像资料", "视频"]),
        ],
    )
});

/// Who may read a document.
pub static VISIBILITIES: LazyLock<Words<Visibility>> = LazyLock::new(|| {
    use Visibility as V;
    Words::new(
        V::ALL,
        V::word,
        &[
            (V::Public, &["公开", "社会公开"]),
            (V::Programme, &["结对双方", "项目内", "Paired sides", "Both sides"]),
            (V::City, &["本市", "市内"]),
            (V::Class, &["培训班学员", "班级", "学员"]),
        ],
    )
});

/// Whether the words of a level say that it is a functional zone (`domain.md` 2.1).
#[must_use]
pub fn is_zone(written: &str) -> bool {
    ["功能区", "开发区", "functionalzone", "zone"].contains(&plain(written).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_labels_of_both_languages_are_read() {
        assert_eq!(LEVELS.read("County"), Some(OrgLevel::County));
        assert_eq!(LEVELS.read("县（区）"), Some(OrgLevel::County));
        assert_eq!(LEVELS.read("街道级"), Some(OrgLevel::Township));
        assert_eq!(LEVELS.read("社区级"), Some(OrgLevel::Community));
        assert!(is_zone("功能区") && is_zone("Functional zone") && !is_zone("区"));
        assert_eq!(FORMS.read("地方党委"), Some(OrgForm::LocalCommittee));
        assert_eq!(FORMS.read("联合党支部"), Some(OrgForm::JointBranch));
        assert_eq!(FORMS.read("临时党支部"), Some(OrgForm::TemporaryBranch));
        assert_eq!(ACTIVITIES.read("Mutual visit"), Some(ActivityKind::MutualVisit));
        assert_eq!(ACTIVITY_STATES.read("Awaiting confirmation"), Some(ActivityStatus::AwaitingConfirmation));
        assert_eq!(ACTIVITY_STATES.read("计划中"), Some(ActivityStatus::Planned));
        assert_eq!(PAIRING_STATES.read("已批准"), Some(PairingStatus::Approved));
        assert_eq!(PAIRING_STATES.read("已续签"), Some(PairingStatus::Renewed));
        for (written, kind) in [
            ("会议记录", DocumentKind::MeetingRecord),
            ("函", DocumentKind::Letter),
            ("请示", DocumentKind::Request),
            ("批复", DocumentKind::Reply),
            ("报告", DocumentKind::Report),
            ("资源清单", DocumentKind::ResourceList),
            ("需求清单", DocumentKind::DemandList),
            ("花名册", DocumentKind::Roster),
            ("签到表", DocumentKind::SignInSheet),
            ("Sign-in sheet", DocumentKind::SignInSheet),
        ] {
            assert_eq!(DOCUMENTS.read(written), Some(kind), "{written}");
        }
        assert_eq!(VISIBILITIES.read("Paired sides"), Some(Visibility::Programme));
    }
}
